"""The writers of the call list: a call is logged with one click, and taken back by an addendum."""

from __future__ import annotations

from django.db import IntegrityError, transaction

from caseload.calls import selectors
from caseload.calls.rules import OUTCOMES, About
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.errors import NotThere, Refusal, Stale
from lwg_intake.policy.values import values
from lwg_intake.records.contacts import log_contact
from lwg_intake.records.models import Client, Contact
from lwg_intake.records.rules import Channel, ContactOutcome


def log_call(*, client_id: int, outcome: str, about: str, after: int, by: User, note: str = "") -> Contact:
    """Log an outgoing call. `after` is the client's newest entry that the caller saw (0 for none).

    Raises NotAllowed, NotThere, Refusal for an outcome or a reason that is none of the list's, and Stale where
    somebody logged something since: two people do not ring the same client unawares.
    """
    require(by, Can.RING_CLIENTS)
    if outcome not in OUTCOMES or about not in About.values:
        raise Refusal("Choose what came of the call: reached, voicemail, no answer, or wrong number.")
    with transaction.atomic():
        client = Client.objects.visible_to(by).select_for_update(of=("self",)).filter(pk=client_id).first()
        if client is None:
            raise NotThere("There is no such client, or none that you may see.")
        newest = Contact.objects.filter(client=client).order_by("-pk").select_related("written_by").first()
        if newest is not None and newest.pk != after:
            raise Stale(_since(newest, client))
        whom = selectors.whom(client, dates.today(), values())
        left = outcome == ContactOutcome.VOICEMAIL
        return log_contact(
            client_id=client.pk, channel=Channel.VOICEMAIL if left else Channel.PHONE, outcome=outcome, by=by,
            party=whom.party[:120], reason=About(about).label, note=note,
        )  # fmt: skip


def _since(newest: Contact, client: Client) -> str:
    who = str(newest.written_by) if newest.written_by else "An import"
    at = dates.local(newest.at)
    what = newest.get_outcome_display().lower() or "an entry"
    return (
        f"{who} logged something about {client.name} since this page was loaded ({at:%-I:%M %p}: {what}). "
        "Nothing was logged now. Look at it, and log yours if you rang as well."
    )


def take_back(*, contact_id: int, by: User) -> Contact:
    """Put a call right that was logged by mistake: a further entry corrects it, and the first stays in the history.

    Only who logged it, and on the same day. Raises NotAllowed, NotThere, and Stale where it is taken back already.
    """
    require(by, Can.RING_CLIENTS)
    contact = Contact.objects.filter(pk=contact_id, written_by=by, reason__in=About.labels).first()
    if contact is None or dates.day_of(contact.at) != dates.today() or contact.corrects_id:
        raise NotThere("There is no such call of yours today. Only who logged a call takes it back, on the same day.")
    try:
        with transaction.atomic():
            return log_contact(
                client_id=contact.client_id, channel=contact.channel, outcome="", by=by, party=contact.party,
                reason=contact.reason, note="Logged by mistake: no such call was made.", corrects=contact,
            )  # fmt: skip
    except IntegrityError as error:
        raise Stale("This call is taken back already.") from error
