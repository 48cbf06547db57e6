"""Kinds of foreign files: what can be taken from one, which are known by their columns, and where each stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from lwg_intake.imports.report import BESIDE
from lwg_intake.imports.words import plain


@dataclass(frozen=True)
class Target:
    """Something that a foreign file may tell. One of each `group` that is not empty must be there.

    `often` are names under which columns with it often stand, as words.plain has them.
    """

    key: str
    label: str
    group: str = ""
    help: str = ""
    often: tuple[str, ...] = ()


NAMES = (
    Target("client", "Client's whole name", "name",
           "“First Last” or “Last, First”; needed, or the two names apart",
           ("client", "client name", "patient", "patient name", "name", "full name")),
    Target("last_name", "Client's last name", "name",
           often=("last name", "client last name", "patient last name", "surname", "family name", "lastname", "last",
                  "pt last")),
    Target("first_name", "Client's first name",
           often=("first name", "client first name", "patient first name", "given name", "firstname", "first",
                  "pt first")),
    Target("dob", "Client's date of birth", help="Without it a person decides who is meant",
           often=("dob", "date of birth", "birth date", "birthdate", "birthday", "client dob", "patient dob", "d o b")),
)  # fmt: skip

VISITS = (
    *NAMES,
    Target("clinician", "Clinician's name", "clinician", "Needed",
           ("clinician", "clinician name", "provider", "provider name", "rendering provider", "therapist",
            "seen by")),
    Target("date", "Day, or day and time", "date", "Needed",
           ("date", "date of service", "service date", "appointment date", "session date", "visit date",
            "date of visit", "dos", "start", "appt date")),
    Target("time", "Time, where it stands apart",
           often=("time", "start time", "appointment time", "visit time", "appt time")),
    Target("state", "Attendance", help="What the file does not say becomes unresolved",
           often=("attendance", "attendance status", "appointment status", "status", "outcome")),
    Target("code", "Service code", help="Such as 90837; tells the service, and an intake",
           often=("service code", "billing code", "procedure code", "cpt code", "cpt")),
    Target("description", "Service or appointment type", often=("appointment type", "service", "description")),
    Target("type", "Kind of row", help="Only rows that say “Appointment” are visits"),
)  # fmt: skip

CLIENTS = (
    *NAMES,
    Target("email", "E-mail", often=("email", "e mail", "email address", "e mail address")),
    Target("phone", "Phone", often=("phone", "phone number", "mobile phone", "mobile", "cell phone", "telephone")),
    Target("address", "Address", often=("address", "street address", "street", "address 1", "address line 1")),
    Target("city", "City", often=("city",)),
    Target("state", "State", often=("state",)),
    Target("postal_code", "ZIP code", often=("zip", "zip code", "zipcode", "postal code")),
)

TARGETS: dict[str, tuple[Target, ...]] = {"appointments": VISITS, "clients": CLIENTS}
MAKES = {"appointments": "Visits", "clients": "Clients"}


@dataclass(frozen=True)
class Mapping:
    """What a kind of file makes (visits or clients), and in which column each target stands, counted from 0."""

    makes: str
    columns: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"makes": self.makes, "columns": self.columns}

    @classmethod
    def of_json(cls, kept: dict[str, Any]) -> Mapping:
        return cls(kept["makes"], {key: int(index) for key, index in kept["columns"].items()})

    def missing(self) -> list[str]:
        """The labels of what must be told and is not."""
        groups = {target.group for target in TARGETS[self.makes] if target.group}
        told = {target.group for target in TARGETS[self.makes] if target.key in self.columns}
        lacking = groups - told
        if "last_name" in self.columns and "client" not in self.columns and "first_name" not in self.columns:
            lacking = {*lacking, "name"}
        return [target.label for target in TARGETS[self.makes] if target.group in lacking and target.key != "last_name"]

    def doubled(self) -> tuple[int, list[str]] | None:
        """The first column that is chosen for several things, and their labels; none where each is one thing."""
        meant: dict[int, list[str]] = {}
        for target in TARGETS[self.makes]:
            if target.key in self.columns:
                meant.setdefault(self.columns[target.key], []).append(target.label)
        return next(((at, labels) for at, labels in meant.items() if len(labels) > 1), None)


@dataclass(frozen=True)
class Preset:
    """A report that is known: by the columns it always has, whatever their order and whatever others there are."""

    name: str
    makes: str
    known_by: tuple[str, ...]
    columns: dict[str, str]


PRESETS = (
    Preset(
        "TherapyNotes: Billing Transactions", "appointments",
        ("type", "date", "service code", "last name", "first name", "dob", "clinician name", "rate"),
        {
            "type": "type", "date": "date", "last_name": "last name", "first_name": "first name", "dob": "dob",
            "clinician": "clinician name", "code": "service code", "description": "appointment type",
        },
    ),
    Preset(
        "SimplePractice: client attendance", "appointments",
        ("client_name", "clinician_name", "date_of_service", "status"),
        {"client": "client_name", "clinician": "clinician_name", "date": "date_of_service", "state": "status"},
    ),
    Preset(
        "SimplePractice: appointment status", "appointments",
        ("date of service", "client", "clinician", "billing code", "client payment status"),
        {"client": "client", "clinician": "clinician", "date": "date of service", "code": "billing code"},
    ),
    Preset(
        "SimplePractice: client details", "clients",
        ("client", "client type", "date added", "primary clinician", "phone number"),
        {
            "client": "client", "email": "email", "phone": "phone number", "address": "address", "city": "city",
            "state": "state", "postal_code": "zip",
        },
    ),
)  # fmt: skip


def mark_of(header: Sequence[str]) -> str:
    """By which a kind of file, or its rows left out, is known again: its columns in order, whatever their capitals."""
    names = [cell.strip().casefold() for cell in header]
    return sha256("\x1f".join(name for name in names if name not in BESIDE).encode()).hexdigest()


def preset_of(header: Sequence[str]) -> tuple[str, Mapping] | None:
    """The known report with these columns. Of columns that repeat, the first is meant."""
    names = [cell.strip().casefold() for cell in header]
    for preset in PRESETS:
        if set(preset.known_by) <= set(names):
            columns = {key: names.index(name) for key, name in preset.columns.items() if name in names}
            return preset.name, Mapping(preset.makes, columns)
    return None


def guessed(header: Sequence[str], makes: str = "") -> Mapping:
    """What the columns of an unknown file seem to be by their names, for a person to look over.

    Without a kind it lists clients, where something tells of a client alone and nothing of a visit.
    """
    names = [plain(cell) for cell in header]
    found = {kind: _named(targets, names) for kind, targets in TARGETS.items()}
    visit, client = (found[kind].keys() - {target.key for target in NAMES} for kind in ("appointments", "clients"))
    kind = makes or ("clients" if client and not visit & {"clinician", "date"} else "appointments")
    return Mapping(kind, found[kind])


def _named(targets: Sequence[Target], names: list[str]) -> dict[str, int]:
    columns = {
        target.key: names.index(next(name for name in target.often if name in names))
        for target in targets
        if not set(target.often).isdisjoint(names)
    }
    if {"last_name", "first_name"} <= columns.keys():
        # Beside the two names apart, a column such as “Client” holds a number as often as the name.
        columns.pop("client", None)
    return columns


def labelled(header: Sequence[str]) -> list[str]:
    """The columns as a person tells them apart: a name that repeats carries its number."""
    seen: dict[str, int] = {}
    labels = []
    for index, name in enumerate(header, 1):
        shown = name.strip() or f"Column {index}"
        seen[shown] = seen.get(shown, 0) + 1
        labels.append(shown if seen[shown] == 1 else f"{shown} ({seen[shown]})")
    return labels
