"""The transfer list: who waits for an opening, what they need, and who could take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.access.roles import Can
from lwg_intake.checklists.models import Tick
from lwg_intake.policy.values import values
from lwg_intake.records.matching import Fit, Needs, left_out, rank
from lwg_intake.records.matching import Offer as OnOffer
from lwg_intake.records.models import Clinician
from lwg_intake.records.places import offers as on_offer
from reassignment.models import Offer, Reassignment
from reassignment.rules.waiting import in_words
from reassignment.rules.words import Reason


@dataclass(frozen=True)
class Waiting:
    """One client who waits, with the needs in words that name nobody, and the clinicians who fit, best first."""

    row: Reassignment
    needs: Needs
    words: str
    fits: list[Fit]
    offer: Offer | None
    lapsed: Offer | None


def waiting() -> list[Waiting]:
    """Everybody who waits, the longest first; a constant number of statements."""
    places, policy = on_offer(), values()
    return [_waiting(row, places, policy["minor_until_years"]) for row in _rows()]


def waiting_one(case_id: int) -> Waiting | None:
    row = _rows().filter(case=case_id).first()
    return _waiting(row, on_offer(), values()["minor_until_years"]) if row else None


def _rows() -> QuerySet[Reassignment]:
    insurance = Tick.objects.filter(step="insurance", outcome=Tick.Outcome.DONE)
    offered = Offer.objects.select_related("hold__clinician", "made_by")
    return (
        Reassignment.objects.filter(stage=Reassignment.Stage.WAITING)
        .select_related("case__client", "case__opened_by", "old_clinician")
        .prefetch_related(Prefetch("case__ticks", insurance), Prefetch("offers", offered))
        .order_by("waits_since_at", "pk")
    )


def _waiting(row: Reassignment, places: list[OnOffer], minor_until: int) -> Waiting:
    needs = needs_of(row)
    fits, _ = rank(needs, places)
    newest = next(iter(row.offers.all()), None)
    is_open = newest is not None and newest.status == Offer.Status.OPEN
    is_lapsed = newest is not None and newest.status == Offer.Status.LAPSED
    return Waiting(
        row, needs, in_words(needs, minor_until), fits, newest if is_open else None, newest if is_lapsed else None
    )


def needs_of(row: Reassignment) -> Needs:
    """What the match of a client on the list asks for: the insurance as confirmed, and the wishes when put on it."""
    client, wishes = row.case.client, row.known.get("match", {})
    insurance: Mapping[str, Any] = next((tick.fields for tick in row.case.ticks.all() if tick.step == "insurance"), {})

    def several(name: str) -> tuple[str, ...]:
        return tuple(part.strip() for part in str(wishes.get(name) or "").split(",") if part.strip())

    return Needs(
        service=row.service,
        on=dates.today(),
        state=client.state,
        payer=insurance.get("payer", ""),
        payer_class=insurance.get("payer_class", ""),
        payer_state=insurance.get("state") or client.state,
        dob=client.dob,
        specialties=several("specialties"),
        language=str(wishes.get("language") or ""),
        gender=str(wishes.get("gender") or ""),
        modality=str(wishes.get("modality") or ""),
        times=several("times"),
        times_first=row.reason == Reason.SCHEDULE,
        not_clinicians=(row.old_clinician_id,),
    )


def could_make_room(needs: Needs, place: OnOffer) -> bool:
    """Whether a clinician fits but for being full or closed: they are reminded, and may make an opening."""
    return all(reason.startswith(("is full", "takes no new")) for reason in left_out(needs, place))


def clinicians_of(user: User) -> QuerySet[Clinician]:
    """The clinicians a person answers for: themselves, and a supervisor's team."""
    mine = Q(account=user)
    return Clinician.objects.filter(mine | Q(supervisor__account=user) if user.can(Can.SEE_TEAM_CLIENTS) else mine)
