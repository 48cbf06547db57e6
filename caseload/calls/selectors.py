"""Questions to the database: the call list, in a constant number of statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import F, Max, Q
from django.utils import timezone

from caseload.calls.rules import REMINDED, About, Ahead, Callee, Cover, Why, asks, callee, last_day
from caseload.models import Suggestion
from caseload.rules import Ground
from lwg_intake import dates
from lwg_intake.policy.values import values
from lwg_intake.records.contacts import mistaken
from lwg_intake.records.models import Appointment, Assignment, Client, Clinician, Contact, Document, InsurancePolicy
from lwg_intake.records.rules import (
    ANSWERED,
    MISSES,
    AppointmentState,
    Channel,
    ContactOutcome,
    Coverage,
    Direction,
    DocumentState,
    PayerClass,
    Service,
)

Key = tuple[int, int, str]
CALLS = (Channel.PHONE, Channel.VOICEMAIL)


@dataclass
class Call:
    """One line of the list: whom to ring, why, and what was logged today. `at` is the visit ahead, where there is one.

    `last` is the number of the client's newest entry in the log; who logs a call says which one they saw.
    """

    key: str
    client: Client
    clinician: Clinician
    service: str
    callee: Callee
    about: About
    at: datetime | None = None
    why: dict[Why, list[str]] = field(default_factory=dict)
    words: str = ""
    today: list[Contact] = field(default_factory=list)
    last: int = 0
    wrong_number_on: date | None = None

    @property
    def service_label(self) -> str:
        return Service(self.service).label

    @property
    def to_ring(self) -> bool:
        """Whether it asks for a call now, rather than for papers."""
        return not self.why.keys().isdisjoint((Why.REMIND, Why.LIKELY))

    @property
    def day(self) -> date | None:
        return dates.day_of(self.at) if self.at else None

    @property
    def is_today(self) -> bool:
        return self.day == dates.today()


def visits_ahead(pk: int | None = None) -> list[Call]:
    """The visits from now to the end of the next working day, in order of time, with what each asks of the desk."""
    now, today, numbers = timezone.now(), dates.today(), values()
    end = timezone.make_aware(datetime.combine(last_day(today) + timedelta(days=1), time()))
    rows = Appointment.objects.filter(state=AppointmentState.SCHEDULED, starts_at__gte=now, starts_at__lt=end)
    if pk is not None:
        rows = rows.filter(pk=pk)
    visits = list(rows.select_related("client", "clinician").order_by("starts_at", "client__last_name", "pk"))
    clients = {v.client_id for v in visits}
    began = _began(clients)
    missed, last = _missed(clients, began), _last_outcomes(clients)
    spoke, covers, forms = last_contacts(clients), insured(clients, today), unsigned(clients)
    reminded = _reminded(clients, now - timedelta(hours=numbers["reminder_hours"]))
    calls = []
    for visit in visits:
        key = (visit.client_id, visit.clinician_id, visit.service)
        outcome = last.get(key)
        if outcome and key in began and outcome[1] < began[key]:
            outcome = None
        seen_on = outcome[1] if outcome and outcome[0] == AppointmentState.KEPT else None
        known = [day for day in (began.get(key), seen_on, spoke.get(visit.client_id)) if day]
        cover = covers.get(visit.client_id)
        facts = Ahead(
            today=today,
            now=now,
            starts_at=visit.starts_at,
            misses=missed.get(key, 0),
            since=began.get(key),
            missed_last_on=outcome[1] if outcome and outcome[0] in MISSES else None,
            quiet_since=max(known, default=None),
            reminded=visit.client_id in reminded,
            cover=Cover(cover.active, cover.verified_on) if cover else None,
            self_pays=cover is not None and cover.payer_class == PayerClass.SELF_PAY,
            forms=tuple(kind for kind, whose in forms[visit.client_id] if whose in (None, visit.clinician_id)),
        )
        due = visit.starts_at - now <= timedelta(hours=numbers["reminder_hours"])
        calls.append(
            Call(
                key=f"visit-{visit.pk}",
                client=visit.client,
                clinician=visit.clinician,
                service=visit.service,
                callee=whom(visit.client, today, numbers),
                about=About.REMINDER if due else About.SCHEDULING,
                at=visit.starts_at,
                why=asks(facts, numbers),
            )
        )
    return with_log(calls)


def trying(pk: int | None = None) -> list[Call]:
    """Unseen for 30 days or more but in contact, as the night found them: ring to schedule. Longest unseen first."""
    rows = Suggestion.objects.open().filter(ground=Ground.TRYING)
    if pk is not None:
        rows = rows.filter(pk=pk)
    today, numbers = dates.today(), values()
    calls = []
    for found in rows.select_related("assignment__client", "assignment__clinician").order_by("opened_on", "pk"):
        evidence, assignment = found.evidence, found.assignment
        later = (today - found.opened_on).days
        unseen = evidence.get("days_unseen", numbers["inactive_days"]) + later
        silent = evidence.get("days_without_contact")
        contact = f", in contact {silent + later} days ago" if silent is not None else ""
        calls.append(
            (
                unseen,
                Call(
                    key=f"trying-{found.pk}",
                    client=assignment.client,
                    clinician=assignment.clinician,
                    service=assignment.service,
                    callee=whom(assignment.client, today, numbers),
                    about=About.SCHEDULING,
                    words=f"Unseen for {unseen} days{contact}. Offer a visit.",
                ),
            )
        )
    return with_log([call for _, call in sorted(calls, key=lambda pair: -pair[0])])


def call_of(key: str) -> Call | None:
    """One line of the list again, as it now stands; None where it is no longer on it."""
    kind, _, number = key.partition("-")
    lists = {"visit": visits_ahead, "trying": trying}
    if kind not in lists or not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return next(iter(lists[kind](int(number))), None)


def whom(client: Client, today: date, numbers: dict[str, int]) -> Callee:
    minor = client.dob is not None and dates.age_on(client.dob, today) < numbers["minor_until_years"]
    return callee(client.name, client.phone, minor, client.guardian_name, client.guardian_phone)


def with_log(calls: list[Call]) -> list[Call]:
    """Add to each call what was logged today, the newest entry's number, and a number that was wrong when last rung."""
    clients = {call.client.pk for call in calls}
    start = timezone.make_aware(datetime.combine(dates.today(), time()))
    log = Contact.objects.current().filter(client__in=clients)
    today: dict[int, list[Contact]] = defaultdict(list)
    for contact in log.filter(at__gte=start, written_by__isnull=False).exclude(mistaken()).select_related("written_by"):
        today[contact.client_id].append(contact)
    newest = dict(Contact.objects.filter(client__in=clients).values_list("client").annotate(Max("pk")).order_by())
    rung = log.filter(direction=Direction.OUT, channel__in=CALLS).exclude(mistaken())
    wrong = {
        client: dates.day_of(at)
        for client, outcome, at in rung.order_by("client_id", "-at", "-pk")
        .distinct("client_id")
        .values_list("client", "outcome", "at")
        if outcome == ContactOutcome.WRONG_NUMBER
    }
    for call in calls:
        call.today, call.last = today[call.client.pk], newest.get(call.client.pk, 0)
        call.wrong_number_on = wrong.get(call.client.pk)
    return calls


def _began(clients: set[int]) -> dict[Key, date]:
    rows = Assignment.objects.filter(client__in=clients, ended_on__isnull=True)
    return {(client, by, service): on for client, by, service, on in rows.values_list(*KEY, "started_on")}


KEY = ("client_id", "clinician_id", "service")


def _missed(clients: set[int], began: dict[Key, date]) -> dict[Key, int]:
    counts: dict[Key, int] = defaultdict(int)
    for *key, at in Appointment.objects.filter(client__in=clients, state__in=MISSES).values_list(*KEY, "starts_at"):
        start = began.get(tuple(key))
        if start is None or dates.day_of(at) >= start:
            counts[tuple(key)] += 1
    return counts


def _last_outcomes(clients: set[int]) -> dict[Key, tuple[str, date]]:
    """How the last visit ended that was kept or missed."""
    rows = (
        Appointment.objects.filter(client__in=clients, state__in=(AppointmentState.KEPT, *MISSES))
        .order_by(*KEY, "-starts_at", "-pk")
        .distinct(*KEY)
        .values_list(*KEY, "state", "starts_at")
    )
    return {(client, by, service): (state, dates.day_of(at)) for client, by, service, state, at in rows}


def last_contacts(clients: set[int]) -> dict[int, date]:
    """When each was last in contact: anything incoming, or an attempt that reached them or was answered."""
    rows = (
        Contact.objects.current()
        .filter(Q(direction=Direction.IN) | Q(outcome__in=ANSWERED), client__in=clients)
        .order_by()
        .values_list("client")
        .annotate(Max("at"))
    )
    return {client: dates.day_of(at) for client, at in rows}


def _reminded(clients: set[int], since: datetime) -> set[int]:
    rows = Contact.objects.current().filter(
        client__in=clients, at__gte=since, reason__iexact=About.REMINDER.label, outcome__in=REMINDED
    )
    return set(rows.values_list("client", flat=True))


def insured(clients: Iterable[int], today: date) -> dict[int, InsurancePolicy]:
    """The insurance in force of each: the first in priority that has not ended, an active one before an inactive."""
    covers: dict[int, InsurancePolicy] = {}
    rows = InsurancePolicy.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today), client__in=clients)
    for policy in rows.order_by("client_id", F("priority").asc(), "-starts_on", "pk"):
        known = covers.get(policy.client_id)
        if known is None or (known.active == Coverage.NO and policy.active != Coverage.NO):
            covers[policy.client_id] = policy
    return covers


def unsigned(clients: Iterable[int]) -> dict[int, list[tuple[str, int | None]]]:
    """The forms of each that are neither signed nor, once signed, still in force; with whose they are."""
    today = dates.today()
    rows = Document.objects.filter(client__in=clients).filter(~Q(state=DocumentState.SIGNED) | Q(expires_on__lt=today))
    forms: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    for client, kind, whose in rows.order_by("kind").values_list("client", "kind", "clinician"):
        if (kind, whose) not in forms[client]:
            forms[client].append((kind, whose))
    return forms


def counted(calls: list[Call]) -> dict[str, int]:
    """How many lines each filter of the visits ahead would show."""
    found: dict[str, Any] = {why.value: sum(why in call.why for call in calls) for why in Why}
    return {"": sum(call.to_ring for call in calls), **found, "all": len(calls)}
