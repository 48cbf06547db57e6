"""The files of a practice: one table of data, from which the reader works and the format's page is printed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.imports.values import (
    AGES,
    DATE,
    DOLLARS,
    EMAIL,
    FEES,
    MOMENT_KIND,
    PAYER,
    STATE,
    YES_NO,
    Kind,
    choice,
    number,
    several,
    text,
)
from lwg_intake.records import rules
from lwg_intake.records.models import (
    Appointment,
    Assignment,
    Client,
    Clinician,
    Contact,
    Document,
    InsurancePolicy,
    Termination,
)


@dataclass(frozen=True)
class Column:
    """One column. `field` is where the record keeps it; `refers` names the file whose ref it repeats."""

    name: str
    kind: Kind
    field: str = ""
    needed: bool = False
    may_be_absent: bool = False
    refers: str = ""

    @property
    def to(self) -> str:
        return self.field or self.name


class Unfit(ValueError):
    """A row whose cells are each right and do not go together."""

    def __init__(self, column: str, reason: str) -> None:
        super().__init__(reason)
        self.column = column


@dataclass(frozen=True)
class File:
    """One file. `key` names the columns by which a row finds what is on record; `rules` look at a whole row.

    A long file is read in parts: rows that agree in the columns `together` come in one part, or, `at_once`, all do.
    """

    name: str
    says: str
    model: type[models.Model]
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    rules: tuple[Callable[[dict[str, Any]], None], ...] = ()
    together: tuple[str, ...] = ()
    at_once: bool = False

    @property
    def key_fields(self) -> tuple[str, ...]:
        return tuple(column.to for name in self.key for column in self.columns if column.name == name)


def in_order(first: str, last: str) -> Callable[[dict[str, Any]], None]:
    """The second day does not lie before the first, where both are known."""

    def check(values: dict[str, Any]) -> None:
        start, end = values.get(first), values.get(last)
        if start and end and end < start:
            raise Unfit(last, f"{last} lies before {first} ({start}): correct one of the two.")

    return check


def balance_is_dated(values: dict[str, Any]) -> None:
    """An amount without its day, or a day without its amount, says nothing that can be relied on."""
    amount, day = values["balance"], values["balance_as_of"]
    if (amount is None) != (day is None):
        missing = "balance_as_of" if day is None else "balance"
        raise Unfit(missing, "balance and balance_as_of go together: give both or neither.")
    if amount is None and values.get("no_show_fees"):
        raise Unfit("no_show_fees", "no_show_fees is a part of the balance: give balance and balance_as_of too.")


def outcome_has_come(values: dict[str, Any]) -> None:
    """Nobody has come to a visit of another day yet, or failed to; called off it may be."""
    state, at = values["state"], values["starts_at"]
    has_outcome = state in (rules.AppointmentState.KEPT, rules.AppointmentState.NO_SHOW)
    if has_outcome and at > timezone.now() and (day := dates.day_of(at)) > dates.today():
        said = rules.AppointmentState(state).label.lower()
        raise Unfit("state", f"A visit on {day:%b %-d, %Y} cannot be “{said}” yet: correct one of the two.")


CLIENT = Column("client_ref", text(40), "client_id", needed=True, refers="clients")
CLINICIAN = Column("clinician_ref", text(40), "clinician_id", needed=True, refers="clinicians")
SERVICE = Column("service", choice(rules.Service), needed=True)
NAME = text(80)
REF = text(40)
WORDS = several(text(120))

FILES = (
    File("clinicians", "The practice's clinicians.", Clinician, ("clinician_ref",), (
        Column("clinician_ref", REF, "ref", needed=True),
        Column("first_name", NAME, needed=True),
        Column("last_name", NAME, needed=True),
        Column("kind", choice(rules.ClinicianKind), needed=True),
        Column("credentials", NAME),
        Column("email", EMAIL),
        Column("states", several(STATE)),
        Column("payers", several(PAYER)),
        Column("services", several(choice(rules.Service))),
        Column("specialties", WORDS),
        Column("languages", WORDS),
        Column("gender", text(40)),
        Column("modality", choice(rules.Modality)),
        Column("employment", choice(rules.Employment)),
        Column("capacity", number(0, 10_000)),
        Column("accepting_new", YES_NO),
        Column("supervisor_ref", REF, "supervisor_ref"),
        Column("last_day", DATE),
        Column("ages", several(AGES), may_be_absent=True),
        Column("openings", WORDS, may_be_absent=True),
    ), at_once=True),
    File("clients", "Everyone who is, was or may become a client, with balance (and its day) and OMHC assessment.",
         Client, ("client_ref",), (
        Column("client_ref", REF, "ref", needed=True),
        Column("first_name", NAME, needed=True),
        Column("last_name", NAME, needed=True),
        Column("preferred_name", NAME),
        Column("dob", DATE),
        Column("email", EMAIL),
        Column("phone", text(40)),
        Column("address", text(200)),
        Column("city", NAME),
        Column("state", STATE),
        Column("postal_code", text(12)),
        Column("language", text(40)),
        Column("email_ok", YES_NO),
        Column("text_ok", YES_NO),
        Column("guardian_name", text(120)),
        Column("portal", choice(rules.Portal)),
        Column("balance", DOLLARS),
        Column("balance_as_of", DATE),
        Column("omhc_assessed_on", DATE),
        Column("last_intake_on", DATE),
        Column("plan_updated_on", DATE),
        Column("no_show_fees", FEES, may_be_absent=True),
        Column("flags", several(choice(rules.Flag)), may_be_absent=True),
        Column("guardian_email", EMAIL, may_be_absent=True),
        Column("guardian_phone", text(40), may_be_absent=True),
        Column("availability", WORDS, may_be_absent=True),
    ), (balance_is_dated,)),
    File("assignments", "Who is on whose record for what: TherapyNotes' Clinicians tab.",
         Assignment, ("client_ref", "clinician_ref", "service", "started_on"), (
        CLIENT,
        CLINICIAN,
        SERVICE,
        Column("started_on", DATE, needed=True),
        Column("ended_on", DATE),
    ), (in_order("started_on", "ended_on"),), together=("client_ref", "clinician_ref", "service")),
    File("appointments", "Visits, past and to come.", Appointment, ("appointment_ref",), (
        Column("appointment_ref", REF, "ref", needed=True),
        CLIENT,
        CLINICIAN,
        SERVICE,
        Column("starts_at", MOMENT_KIND, needed=True),
        Column("kind", choice(rules.AppointmentKind), needed=True),
        Column("state", choice(rules.AppointmentState, empty=rules.AppointmentState.UNRESOLVED.value)),
    ), (outcome_has_come,)),
    File("contacts", "The interaction log. Append-only: a changed row is kept beside the first as its correction.",
         Contact, ("contact_ref",), (
        Column("contact_ref", REF, "ref", needed=True),
        CLIENT,
        Column("at", MOMENT_KIND, needed=True),
        Column("direction", choice(rules.Direction), needed=True),
        Column("channel", choice(rules.Channel), needed=True),
        Column("outcome", choice(rules.ContactOutcome)),
        Column("reason", text(120)),
        Column("note", text(20_000)),
    )),
    File("terminations", "How a service ended, in a category and a few non-clinical words.",
         Termination, ("client_ref", "clinician_ref", "service", "ended_on"), (
        CLIENT,
        CLINICIAN,
        SERVICE,
        Column("ended_on", DATE, needed=True),
        Column("category", choice(rules.Category)),
        Column("ground", text(120)),
        Column("note", text(20_000)),
    )),
    File("insurance", "What clients are insured with.", InsurancePolicy, ("client_ref", "payer", "member_id"), (
        CLIENT,
        Column("payer", text(120), needed=True),
        Column("payer_class", choice(rules.PayerClass), needed=True),
        Column("state", STATE),
        Column("member_id", text(60)),
        Column("priority", number(1, 99, empty=1)),
        Column("starts_on", DATE),
        Column("ends_on", DATE),
        Column("active", choice(rules.Coverage, empty=rules.Coverage.UNKNOWN.value)),
        Column("verified_on", DATE),
    ), (in_order("starts_on", "ends_on"),)),
    File("documents", "Forms: the practice's (no clinician_ref) and those asked anew of each clinician.",
         Document, ("client_ref", "clinician_ref", "kind", "sent_on"), (
        CLIENT,
        Column("clinician_ref", REF, "clinician_id", refers="clinicians"),
        Column("kind", NAME, needed=True),
        Column("state", choice(rules.DocumentState), needed=True),
        Column("sent_on", DATE),
        Column("signed_on", DATE),
        Column("expires_on", DATE),
    ), (in_order("sent_on", "signed_on"), in_order("signed_on", "expires_on"))),
)  # fmt: skip

BY_NAME = {file.name: file for file in FILES}


def as_markdown() -> str:
    """The tables of files and columns, for docs/import-format.md."""
    return "\n\n".join(_section(file) for file in FILES)


def _section(file: File) -> str:
    keyed = ", ".join(f"`{name}`" for name in file.key)
    head = f"## {file.name}.csv\n\n{file.says} A row is known by {keyed}.\n\n| column | holds | empty |\n|---|---|---|"
    return "\n".join([head, *(_line(column) for column in file.columns)])


def _line(column: Column) -> str:
    name = f"`{column.name}`" + (" (the column may be absent)" if column.may_be_absent else "")
    holds = f"the `{column.name}` of {column.refers}.csv" if column.refers else column.kind.says
    empty = "is rejected" if column.needed else f"means {column.kind.empty}" if column.kind.empty else "means unknown"
    return f"| {name} | {holds} | {empty} |"
