"""A foreign file as one of the practice's own: each row translated, so that one importer serves them all."""

from __future__ import annotations

import re
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import replace as changed
from itertools import islice
from typing import Any

from lwg_intake.imports.batches import BATCH
from lwg_intake.imports.format import BY_NAME, Column, File
from lwg_intake.imports.kinds import Mapping
from lwg_intake.imports.moments import moment_of
from lwg_intake.imports.opening import Broken, Table, Unreadable, unequal
from lwg_intake.imports.persons import (
    AGAIN,
    Answer,
    Key,
    Named,
    answers,
    is_notation,
    may_be_one,
    named,
    reached_otherwise,
)
from lwg_intake.imports.private import without_diagnoses
from lwg_intake.imports.reading import value_of
from lwg_intake.imports.report import Rejected
from lwg_intake.imports.visits import OnRecord, Unsure, Visit, clinicians_by_name
from lwg_intake.imports.words import mark, name_keys, plain, stated
from lwg_intake.records.contact import STATES, is_phone, is_zip, state_of
from lwg_intake.records.models import Client
from lwg_intake.records.rules import AppointmentState

CHUNK = 1_000
# Rows that are passed over, one and several.
OTHER = "row that is no appointment was", "rows that are no appointments were"
SUM = "row that sums others up was", "rows that sum others up were"
HEADER = "row that names the columns again was", "rows that name the columns again were"
REPEATED = "row that repeats another was", "rows that repeat another were"
NAMESAKE = (
    "A row above has this name with another phone or e-mail, and no birth date tells whether both are one person. "
    "Bring this row again once the other is on record: then it is asked."
)
MAY_BE_ONE = (
    "A row above has this name, and may be the same person: the birth date differs a little or is missing, or phone or "
    "e-mail are the same. Correct it, or bring this row again once the other is on record: then it is asked."
)
CONTRADICTS = "A row above says of the same visit that it was “{}”, which stands: correct one of the two."
TELLS_MORE = (
    "A row above is of the same visit and does not tell what became of it, as this one does. Bring this row again once "
    "the other is on record."
)
SUMS = re.compile(r"(?:(?:grand |sub ?)?totals?|summary|sum)\b")
# So many words are told of which nobody knows what they mean.
TOLD = 10
# Fields of clients that a foreign file may tell.
CLIENT = ("email", "phone", "address", "city", "state", "postal_code")
# What a cell of these has to be, and what is said of one that is not.
CHECKED: dict[str, tuple[Callable[[str], bool], str]] = {
    "phone": (is_phone, "This is no telephone number with its area code."),
    "state": (STATES.__contains__, "This is no state: write it as two letters, such as MD."),
    "postal_code": (is_zip, "This is no ZIP code of five digits."),
}


def file_of(mapping: Mapping) -> File:
    """The practice's file that such a foreign one becomes, with those columns only that it can tell."""
    file = BY_NAME[mapping.makes]
    if mapping.makes != "clients":
        return file
    told = {"client_ref", "first_name", "last_name", "dob", *(name for name in CLIENT if name in mapping.columns)}
    return changed(file, columns=tuple(column for column in file.columns if column.name in told), rules=())


def new_ref(who: Named, apart: bool = False) -> str:
    """The record number of somebody whom only foreign files know: always the same one.

    Where the name alone has one already, who is another is kept apart by how they are reached.
    """
    return f"P{mark(who.key, str(who.dob or ''), *([who.beside] if apart and who.beside else []))}"


class Translated:
    """Rows of a foreign file in the columns of ours. `notes` say what was passed over, once all rows were read.

    `tell` hears of rows that go in without a value that cannot be used.
    """

    def __init__(self, inner: Table, mapping: Mapping) -> None:
        self.inner, self.mapping, self.size = inner, mapping, inner.size
        self.file = file_of(mapping)
        self.header: list[str] = []
        self.notes: list[str] = []
        self.doubts: list[int] = []
        self.tell: Callable[[Rejected], None] = lambda row: None
        self._passed = dict.fromkeys((OTHER, SUM, HEADER, REPEATED), 0)
        self._unknown: Counter[str] = Counter()
        self._kept: OrderedDict[int, list[str]] = OrderedDict()
        self._seen: dict[Any, dict[str, str]] = {}
        self._new: dict[str, list[Named]] = {}
        self._stated: dict[Any, AppointmentState | None] = {}

    @property
    def done(self) -> int:
        return self.inner.done

    def original(self, line: int) -> list[str]:
        """The cells as the file has them, of a row read lately; what nobody asked for is not kept."""
        used = set(self.mapping.columns.values())
        return [cell if index in used else "" for index, cell in enumerate(self._kept.get(line, []))]

    def rows(self) -> Iterator[tuple[int, list[str] | Broken]]:
        """Raises Unreadable when the columns do not reach as far as the mapping says."""
        rows = without_diagnoses(self.inner.rows())
        line, header = next(rows, (1, []))
        if isinstance(header, Broken) or max(self.mapping.columns.values(), default=0) >= len(header):
            raise Unreadable("The columns are not those that were mapped. Say again what they mean.")
        self.header = header
        yield line, [column.name for column in self.file.columns]
        translate = self._visits if self.mapping.makes == "appointments" else self._clients
        while chunk := list(islice(rows, CHUNK)):
            yield from translate(list(self._fitting(chunk)))
        for which, count in self._passed.items():
            if count:
                self.notes.append(f"{count:,} {which[0] if count == 1 else which[1]} passed over.")
        if self._unknown:
            words = ", ".join(f"“{word[:30]}” ({count:,})" for word, count in self._unknown.most_common(TOLD))
            self.notes.append(f"Attendance that is not understood is taken as not told: {words}.")

    def persons(self) -> list[int]:
        """Look through the whole file for persons about whom someone has to decide, and give their ids (Person)."""
        for _ in self.rows():
            pass
        return list(dict.fromkeys(self.doubts))

    def _fitting(self, chunk: list[tuple[int, list[str] | Broken]]) -> Iterator[tuple[int, list[str] | Broken]]:
        for line, cells in chunk:
            if isinstance(cells, Broken):
                yield line, cells
                continue
            self._kept[line] = cells
            while len(self._kept) > 2 * (BATCH + CHUNK):
                self._kept.popitem(last=False)
            if len(cells) < len(self.header) and self._is_cut_summary(cells):
                self._passed[SUM] += 1
            elif len(cells) != len(self.header):
                yield line, Broken(f"{unequal(len(cells), len(self.header))}.", "")
            elif any("\0" in cell for cell in cells):
                yield line, Broken("This row holds a NUL character, which no text can: remove it.", "")
            elif cells == self.header:
                self._passed[HEADER] += 1
            elif self._is_summary(cells):
                self._passed[SUM] += 1
            elif (kind := self._cell(cells, "type")) and plain(kind) != "appointment":
                self._passed[OTHER] += 1
            else:
                yield line, cells

    def _cell(self, cells: list[str], name: str) -> str:
        index = self.mapping.columns.get(name)
        return "" if index is None else cells[index].strip()

    def _is_summary(self, cells: list[str]) -> bool:
        """Whether a row is about nobody. There are people who are called Sum: more is told of them than a name."""
        if _says_everybody(cells):
            return True
        visits = self.mapping.makes == "appointments"
        told = [self._cell(cells, name) for name in (("clinician", "date") if visits else ("dob", *CLIENT))]
        if all(told) if visits else any(told):
            return False
        if _says_sum(cells):
            return True
        who = self._cell(cells, "client") or self._cell(cells, "last_name")
        return visits and not (who and any(told))

    def _is_cut_summary(self, cells: list[str]) -> bool:
        """Whether a row that lacks cells at its end sums others up. Only its word says so: others were cut off."""
        return _says_sum(cells) and self._is_summary([*cells, *[""] * (len(self.header) - len(cells))])

    def _answers(self, people: list[Named]) -> dict[Key, Answer]:
        found, doubts = answers(people, new_ref)
        self.doubts += doubts
        return found

    # Visits.

    def _visits(self, rows: list[tuple[int, list[str] | Broken]]) -> Iterator[tuple[int, list[str] | Broken]]:
        visits: list[tuple[int, Visit | Broken]] = []
        for line, cells in rows:
            visits.append((line, cells if isinstance(cells, Broken) else self._visit(cells)))
        told = [visit for _, visit in visits if isinstance(visit, Visit)]
        people = self._answers([visit.who for visit in told])
        clinicians = clinicians_by_name()
        clients = dict(Client.objects.filter(pk__in={a.client for a in people.values()}).values_list("pk", "ref"))
        on_record = OnRecord(clients, told)
        for line, visit in visits:
            if isinstance(visit, Broken):
                yield line, visit
                continue
            answer = people[visit.who.same]
            if answer.client is None:
                yield line, Broken(answer.because or _of_nobody(answer), "", visit.who.name)
                continue
            meant = {found for key in name_keys(visit.clinician) for found in clinicians.get(key, ())}
            if len(meant) != 1:
                yield line, Broken(_of_clinicians(visit.clinician, len(meant)), "", visit.who.name)
                continue
            (clinician,) = meant
            once = answer.client, clinician[0], visit.on, visit.at.hour if visit.at else None
            told_now = visit.stated
            if once in self._stated:
                before = self._stated[once]
                if told_now and told_now != before:
                    said = CONTRADICTS.format(before.label.lower()) if before else TELLS_MORE
                    yield line, Broken(said, "", visit.who.name)
                else:
                    self._passed[REPEATED] += 1
                continue
            self._stated[once] = told_now
            if visit.state and not stated(visit.state):
                self._unknown[visit.state] += 1
            try:
                known = on_record.which(visit, answer.client, clinician)
            except Unsure as unsure:
                yield line, Broken(str(unsure), "", visit.who.name)
                continue
            yield line, visit.as_row(clients[answer.client], clinician, known)

    def _visit(self, cells: list[str]) -> Visit | Broken:
        try:
            on, at = moment_of(self._cell(cells, "date"), self._cell(cells, "time"))
            who = named(cells, self.mapping)
        except ValueError as error:
            return Broken(str(error), "")
        words = f"{self._cell(cells, 'code')} {self._cell(cells, 'description')}"
        clinician = self._cell(cells, "clinician").replace("*", "")
        return Visit(who, clinician, on, at, self._cell(cells, "state"), words)

    # Clients.

    def _clients(self, rows: list[tuple[int, list[str] | Broken]]) -> Iterator[tuple[int, list[str] | Broken]]:
        read: list[tuple[int, list[str], Named | Broken]] = []
        for line, cells in rows:
            if isinstance(cells, Broken):
                read.append((line, [], cells))
                continue
            try:
                read.append((line, cells, named(cells, self.mapping)))
            except ValueError as error:
                read.append((line, cells, Broken(str(error), "")))
        people = self._answers([who for _, _, who in read if isinstance(who, Named)])
        known = Client.objects.in_bulk([answer.client for answer in people.values() if answer.client])
        for line, cells, who in read:
            if isinstance(who, Broken):
                yield line, who
                continue
            answer = people[who.same]
            if answer.because:
                yield line, Broken(answer.because, "", who.name)
                continue
            ref = new_ref(who, answer.apart)
            once = answer.client or ref
            if once not in self._seen:
                if not answer.client and not answer.nobody:
                    alike = self._new.setdefault(who.key, [])
                    if any(may_be_one(who, other) for other in alike):
                        yield line, Broken(MAY_BE_ONE, "", who.name)
                        continue
                    alike.append(who)
                self._seen[once] = who.facts
            elif not who.dob and reached_otherwise(who.facts, self._seen[once]):
                yield line, Broken(NAMESAKE, "", who.name)
                continue
            else:
                self._passed[REPEATED] += 1
                continue
            yield line, self._client(line, cells, who, ref, known.get(answer.client or 0))

    def _client(self, line: int, cells: list[str], who: Named, ref: str, known: Client | None) -> list[str]:
        """What the file leaves empty or tells amiss, and the name itself, stay as they are on record."""
        told = {
            "client_ref": known.ref if known else ref,
            "first_name": known.first_name if known else who.first,
            "last_name": known.last_name if known else who.last,
            "dob": str((known.dob if known else None) or who.dob or ""),
        }
        told |= {name: self._cell(cells, name) for name in CLIENT}
        told["state"] = state_of(told["state"])
        amiss = {column.name: because for column in self.file.columns if (because := _amiss(column, told[column.name]))}
        # Without its name or birth date nothing of the row goes in, and that is said of it where it is read.
        if amiss and amiss.keys() <= set(CLIENT):
            self.tell(_without(line, amiss, told))
            told |= dict.fromkeys(amiss, "")
        for name in CLIENT if known else ():
            there = str(getattr(known, name))
            if not told[name] or is_notation(name, told[name], there):
                told[name] = there
        return [told[column.name] for column in self.file.columns]


def _amiss(column: Column, cell: str) -> str:
    """Why a cell cannot be used; empty when it can, or holds nothing."""
    if not cell:
        return ""
    try:
        value_of(column, cell, {})
    except ValueError as error:
        return str(error)
    is_one, otherwise = CHECKED.get(column.name, (bool, ""))
    return "" if is_one(cell) else otherwise


def _without(line: int, amiss: dict[str, str], told: dict[str, str]) -> Rejected:
    """That a row goes in without these values: named by the first of them, so that it is listed once."""
    (column, reason), *others = amiss.items()
    listed = " ".join([reason, *(f"{name}: {because}" for name, because in others), "The rest of the row goes in."])
    return Rejected(line, column, told[column], listed)


def _first(cells: list[str]) -> str:
    return plain(next((cell for cell in cells if cell.strip()), ""))


def _says_everybody(cells: list[str]) -> bool:
    return _first(cells) in ("all clients", "all patients")


def _says_sum(cells: list[str]) -> bool:
    return bool(SUMS.match(_first(cells)))


def _of_nobody(answer: Answer) -> str:
    """Why a visit of somebody who is not on record is left out."""
    if not answer.nobody:
        return (
            "No client on record has this name and date of birth. Correct them, or bring this person in with a file of "
            "clients first."
        )
    return (
        f"{answer.nobody}, and a file of visits brings no new people: bring this person in with a file of clients "
        f"first, or {AGAIN}."
    )


def _of_clinicians(name: str, count: int) -> str:
    """Why a visit is left out whose clinician is not known, or not known from others."""
    if not name:
        return "The clinician's name is missing."
    if count:
        return f"Several clinicians on record are called {name}. Bring it with appointments.csv, by clinician_ref."
    return f"No clinician on record is called {name}. Correct the name, or bring them in with clinicians.csv first."
