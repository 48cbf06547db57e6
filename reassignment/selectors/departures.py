"""Questions to the database about departures: every line of a roster as it stands now, in two statements."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Lower
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists.models import Case
from lwg_intake.messages.models import Message
from lwg_intake.policy.values import values
from lwg_intake.records.models import Appointment, Contact, InsurancePolicy, OmhcAssessment, Termination
from lwg_intake.records.rules import ANSWERED, ContactOutcome, Coverage, Direction, Flag, PayerClass, Service
from reassignment.models import Attempt, Departure, RosterRow
from reassignment.rules import departures as rules
from reassignment.rules.departures import Outcome, Phase, Preference, Standing, Urgency
from reassignment.rules.ladder import Ladder, Place, Rung, State, Try, place

# The procedure of a reassignment, as its cases bear it.
PROCEDURE = "reassignment"
PULSE = (Path(__file__).parent / "pulse.sql").read_text("utf-8")


@dataclass(frozen=True)
class Made:
    """One attempt, for the page."""

    rung: str
    at: datetime
    outcome: str
    by: str
    message: str = ""
    error: str = ""

    @property
    def state(self) -> State:
        """What became of it: a message counts once it left."""
        if not self.message or self.message == "sent":
            return State.DONE
        return State.FAILED if self.message in ("failed", "bounced") else State.WAITING

    @property
    def words(self) -> str:
        fate = {State.WAITING: " (waits to leave)", State.FAILED: " (did not arrive)"}.get(self.state, "")
        return f"{Rung(self.rung).label}: {self.outcome}{fate}"


@dataclass(frozen=True)
class Line:
    """One client of a departure with everything that the pages and the rules ask."""

    row: Mapping[str, Any]
    attempts: tuple[Made, ...]
    place: Place
    outcome: Outcome
    phase: Phase
    urgency: Urgency
    is_late: bool
    stands_still: bool
    now: datetime
    facts: rules.Facts = field(repr=False)

    @property
    def pk(self) -> int:
        return int(self.row["pk"])

    @property
    def version(self) -> int:
        return int(self.row["version"])

    @property
    def name(self) -> str:
        return f"{self.row['last_name']}, {self.row['first_name']}"

    @property
    def service(self) -> str:
        return str(Service(self.row["assignment__service"]).label)

    @property
    def standing(self) -> Standing:
        return Standing(self.row["standing"])

    @property
    def preference(self) -> str:
        """What the client would like, in words; empty while it is not known."""
        if self.row["preference"] == Preference.NAMED:
            return f"{self.row['wanted__first_name']} {self.row['wanted__last_name']}"
        return str(Preference(self.row["preference"]).label) if self.row["preference"] else ""

    @property
    def changed_by(self) -> str:
        return _person(self.row, "changed_by")

    @property
    def claimed_by(self) -> str:
        """Who is ringing this client now; empty when nobody."""
        until = self.row["claimed_until_at"]
        return _person(self.row, "claimed_by") if until and until > self.now else ""

    def is_claimed_by(self, user: User) -> bool:
        return bool(self.claimed_by) and self.row["claimed_by"] == user.pk

    @property
    def rings(self) -> tuple[str, str]:
        """Whom to ring, and the number: the guardian of a minor."""
        if not self.urgency.is_minor:
            return f"{self.row['first_name']} {self.row['last_name']}", self.row["phone"]
        guardian = self.row["guardian_name"] or "the guardian"
        return f"{guardian}, guardian", self.row["guardian_phone"] or self.row["phone"]

    @property
    def mail(self) -> str:
        """What became of the departure's e-mail, in words."""
        status = self.row["mail__status"]
        return str(Message.Status(status).label) if status else self.row["unmailed_because"]

    @property
    def to_settle(self) -> bool:
        """Whether the client has said something that nobody has acted on yet."""
        return self.phase == Phase.CONTACT

    @property
    def is_pending(self) -> bool:
        return self.outcome == Outcome.PENDING


def _person(row: Mapping[str, Any], who: str) -> str:
    name = f"{row[f'{who}__first_name'] or ''} {row[f'{who}__last_name'] or ''}".strip()
    return name or row[f"{who}__email"] or ""


def lines(rows: QuerySet[RosterRow], numbers: Mapping[str, int] | None = None) -> list[Line]:
    """These rows as they stand now, by name. Three statements, however many."""
    numbers, now, today = numbers or values(), timezone.now(), dates.today()
    statement, params = _statement()
    given: dict[Any, Any] = {_IDS: list(rows.values_list("pk", flat=True)), _TODAY: today}
    with connection.cursor() as sql:
        sql.execute(statement, [given.get(param, param) for param in params])
        names = [column.name for column in sql.description]
        found = [dict(zip(names, row, strict=True)) for row in sql.fetchall()]
    attempts = _attempts([row["pk"] for row in found])
    ladder = Ladder.of(numbers)
    return [_line(row, attempts[row["pk"]], ladder, numbers, now, today) for row in found]


_IDS, _TODAY = "the rows", date.min


@cache
def _statement() -> tuple[str, tuple[Any, ...]]:
    """What reads the rows, written once: with so many parts, writing it took longer than running it."""
    rows = RosterRow.objects.extra(where=["reassignment_rosterrow.id = ANY(%s)"], params=[_IDS])
    sql, params = _annotated(rows, _TODAY).values(*_FIELDS, **_NAMES).query.sql_with_params()
    return sql, tuple(params)


def of(departure: Departure, numbers: Mapping[str, int] | None = None) -> list[Line]:
    """The roster of a departure."""
    return lines(RosterRow.objects.filter(departure=departure), numbers)


def _line(
    row: dict[str, Any], made: list[Made], ladder: Ladder, numbers: Mapping[str, int], now: datetime, today: date
) -> Line:
    tries = (Try(Rung(m.rung), m.at, m.state) for m in made if m.at >= row["ladder_from_at"])
    here = place(tries, row["answered_at"], now, ladder)
    visit_on = dates.day_of(row["visit_at"]) if row["visit_at"] else None
    facts = rules.Facts(
        settled=row["status"], preference=row["preference"], talked=row["talked_on"] is not None,
        case=row["case_status"] or "", visit_on=visit_on, ending=row["ending"], terminated=row["terminated"],
        ladder=here,
    )  # fmt: skip
    outcome, phase = rules.outcome(facts), rules.phase(facts)
    last_day = row["departure__last_day"]
    dob = row["dob"]
    urgency = Urgency(
        days_left=(last_day - today).days,
        at_risk=Flag.RISK in row["flags"],
        lacks_omhc=row["medicaid"] and not row["omhc"],
        is_minor=dob is not None and dates.age_on(dob, today) < numbers["minor_until_years"],
    )
    latest = max([row["changed_at"], *(m.at for m in made)])
    return Line(
        row=row,
        attempts=tuple(made),
        place=here,
        outcome=outcome,
        phase=phase,
        urgency=urgency,
        is_late=rules.late(phase, visit_on, last_day, today, numbers),
        stands_still=rules.stands_still(latest, phase in rules.OVER, now, numbers),
        now=now,
        facts=facts,
    )


_FIELDS = (
    "pk", "version", "departure_id", "assignment_id", "assignment__service", "standing", "struck_because", "talked_on",
    "preference", "wanted_id", "wanted__first_name", "wanted__last_name", "note", "status", "settled_with",
    "ring_again_on", "ending", "handover__taken_up_at", "mail__status", "mail__error", "unmailed_because",
    "claimed_by", "claimed_by__first_name", "claimed_by__last_name", "claimed_by__email", "claimed_until_at",
    "changed_by__first_name", "changed_by__last_name", "changed_by__email", "changed_at", "changed", "ladder_from_at",
    "departure__last_day", "departure__status", "terminated", "medicaid", "omhc", "visit_at", "answered_at",
    "case_no", "case_status",
)  # fmt: skip
_NAMES = {
    name: F(f"assignment__client__{name}")
    for name in ("last_name", "first_name", "preferred_name", "ref", "dob", "phone", "guardian_name", "guardian_phone",
                 "flags", "language")
} | {
    "client": F("assignment__client_id"),
    "clinician": F("departure__clinician_id"),
    "leaving_first": F("departure__clinician__first_name"),
    "leaving_last": F("departure__clinician__last_name"),
}  # fmt: skip


def _annotated(rows: QuerySet[RosterRow], today: date) -> QuerySet[RosterRow]:
    client = {"client": OuterRef("assignment__client_id")}
    service = {**client, "service": OuterRef("assignment__service")}
    insured = InsurancePolicy.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today), **client, payer_class=PayerClass.MEDICAID
    ).exclude(active=Coverage.NO)
    visits = Appointment.objects.filter(
        **service, state="scheduled", starts_at__gte=OuterRef("departure__opened_at")
    ).exclude(clinician=OuterRef("departure__clinician_id"))
    spoke = Contact.objects.current().filter(
        Q(direction=Direction.IN) | Q(outcome__in=ANSWERED), **client, at__gte=OuterRef("ladder_from_at")
    )
    cases = Case.objects.filter(assignment=OuterRef("assignment_id"), procedure=PROCEDURE).order_by("-pk")
    return rows.annotate(
        terminated=Exists(
            Termination.objects.filter(
                **service,
                clinician=OuterRef("departure__clinician_id"),
                ended_on__gte=OuterRef("assignment__started_on"),
            )
        ),
        medicaid=Exists(insured),
        omhc=Exists(OmhcAssessment.objects.filter(**client)),
        visit_at=Subquery(visits.order_by("starts_at").values("starts_at")[:1]),
        answered_at=Subquery(spoke.order_by("-at").values("at")[:1]),
        case_no=Subquery(cases.values("pk")[:1]),
        case_status=Subquery(cases.values("status")[:1]),
    ).order_by(Lower("assignment__client__last_name"), Lower("assignment__client__first_name"), "pk")


def _attempts(rows: list[int]) -> dict[int, list[Made]]:
    found: dict[int, list[Made]] = defaultdict(list)
    made = Attempt.objects.filter(row__in=rows).order_by("at", "pk")
    for a in made.values(
        "row_id", "rung", "at", "outcome", "message__status", "message__error", "by__first_name", "by__last_name",
        "by__email",
    ):  # fmt: skip
        outcome = ContactOutcome(a["outcome"]).label.lower()
        found[a["row_id"]].append(
            Made(a["rung"], a["at"], outcome, _person(a, "by"), a["message__status"] or "", a["message__error"] or "")
        )
    return found


def pulse(departures: Iterable[int]) -> tuple[str, str]:
    """Two marks of these departures: of what people changed, and of what moved beside it (messages, cases, claims,
    answers). Equal marks mean that nothing changed. One small statement."""
    with connection.cursor() as sql:
        sql.execute(PULSE, {"departures": list(departures), "now": timezone.now()})
        people, beside = sql.fetchone()
    return people or "0", beside or "0"


def open_lines(numbers: Mapping[str, int]) -> list[Line]:
    """Every client of every open departure."""
    return lines(RosterRow.objects.filter(departure__status=Departure.Status.OPEN), numbers)
