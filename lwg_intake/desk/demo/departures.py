"""The demo's departure: nine days' notice, fourteen clients of whom two are struck and one is added."""

from datetime import datetime, time, timedelta

from django.db import transaction
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.accounts import keep_address
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.desk.demo.accounts import PASSWORD
from lwg_intake.records.models import Client, Clinician, Contact
from lwg_intake.records.rules import Channel
from reassignment.actions import departures, mailing, roster
from reassignment.models import Attempt, Departure, RosterRow
from reassignment.rules.departures import Kind, Preference
from reassignment.rules.ladder import Rung

LEAVING = "CL-07"
RUNG = {Channel.PHONE: Rung.CALL, Channel.VOICEMAIL: Rung.CALL, Channel.EMAIL: Rung.EMAIL, Channel.TEXT: Rung.TEXT}
STRUCK = {"Stanley Strikeout": "Stopped coming in summer.", "Stella Strikeout": "Moved away."}
WISHES = {
    "Ramona Halfyear": (Preference.ANY, "Evenings, by video."),
    "Roland Halfyear": (Preference.NAMED, ""),
}


def begin_a_departure() -> None:
    """Open it three days ago, as its people would; once."""
    leaving = Clinician.objects.filter(ref=LEAVING, account=None).first()
    manager = User.objects.filter(roles__contains=[Role.TRANSITION_MANAGER]).first()
    csr = User.objects.filter(roles__contains=[Role.CSR]).first()
    if Departure.objects.exists() or not (leaving and manager and csr):
        return
    with transaction.atomic():
        therapist = User.objects.create_user(
            "caleb@example.com", PASSWORD, first_name=leaving.first_name, last_name=leaving.last_name,
            roles=[Role.CLINICIAN.value],
        )  # fmt: skip
        keep_address(therapist)
        leaving.account = therapist
        leaving.save(update_fields=["account"])
        today = dates.today()
        since = timezone.make_aware(datetime.combine(today - timedelta(days=3), time(8)))
        departure = departures.open_departure(
            clinician_id=leaving.pk, kind=Kind.RESIGNATION, notice_on=today - timedelta(days=3),
            last_day=leaving.last_day or today + timedelta(days=6), by=manager,
        )  # fmt: skip
        Departure.objects.filter(pk=departure.pk).update(opened_at=since)
        departure.rows.update(ladder_from_at=since, changed_at=since)
        mailing.start(
            departure_id=departure.pk,
            options=mailing.usual_options(departure),
            reply_by_on=today + timedelta(days=4),
            by=manager,
        )
        _verified(departure, therapist)
        _attempts(departure, csr, since)
        _wishes(departure, therapist)


def _row(departure: Departure, name: str) -> RosterRow | None:
    first, last = name.split(" ", 1)
    row: RosterRow | None = departure.rows.filter(
        assignment__client__first_name=first, assignment__client__last_name=last
    ).first()
    return row


def _verified(departure: Departure, by: User) -> None:
    """She strikes two and adds one; the rest is still to be confirmed."""
    for name, because in STRUCK.items():
        if row := _row(departure, name):
            roster.strike(row_id=row.pk, because=because, version=row.version, by=by)
    missing = Client.objects.filter(first_name="Addison", last_name="Forgotten").first()
    if missing:
        roster.add(departure_id=departure.pk, client_ref=missing.ref, service="", by=by)
    for row in departure.rows.filter(standing="listed").order_by("pk")[:6]:
        roster.confirm(row_id=row.pk, version=row.version, by=by)


def _attempts(departure: Departure, by: User, since: datetime) -> None:
    """The calls and messages that the record has of these days, as rungs of the ladder."""
    for row in departure.rows.select_related("assignment"):
        log = Contact.objects.filter(
            client=row.assignment.client_id, at__gte=since, reason="departure", direction="out"
        )
        Attempt.objects.bulk_create(
            Attempt(row=row, rung=RUNG[Channel(c.channel)], outcome=c.outcome, contact=c, by=by, at=c.at)
            for c in log.order_by("at")
            if c.channel in RUNG
        )


def _wishes(departure: Departure, by: User) -> None:
    today = dates.today()
    wanted = Clinician.objects.filter(leaving_on=None, accepting_new=True, services__contains=["therapy"]).first()
    for name, (preference, note) in WISHES.items():
        if row := _row(departure, name):
            roster.write_preference(
                row_id=row.pk, talked_on=today - timedelta(days=1), preference=preference, note=note,
                wanted_id=wanted.pk if wanted and preference == Preference.NAMED else None, version=row.version, by=by,
            )  # fmt: skip
    others = departure.rows.filter(standing="listed", preference="").exclude(attempts__isnull=False).order_by("-pk")
    for row, preference in zip(others, (Preference.FOLLOW, Preference.PAUSE), strict=False):
        roster.write_preference(
            row_id=row.pk, talked_on=today, preference=preference, wanted_id=None, note="", version=row.version, by=by
        )
    follows = departure.rows.filter(preference=Preference.FOLLOW).first()
    if follows:
        roster.settle(
            row_id=follows.pk,
            with_words="Release signed; has the new practice's number.",
            version=follows.version,
            by=by,
        )
