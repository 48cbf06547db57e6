"""The folder being written: rows gathered file by file, in the columns of the import format."""

import csv
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from random import Random
from typing import Any

from lwg_intake.desk.demo.staff import Staff
from lwg_intake.imports.format import FILES


@dataclass
class Book:
    """All that the practice's folder will hold. One random source, so that the same day gives the same folder."""

    today: date
    rng: Random
    staff: dict[str, Staff] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=lambda: defaultdict(list))

    def add(self, file: str, **cells: Any) -> dict[str, Any]:
        self.rows[file].append(cells)
        return cells

    def appointment(
        self, client_ref: str, clinician_ref: str, service: str, at: datetime, kind: str, state: str
    ) -> None:
        ref = f"AP-{len(self.rows['appointments']) + 100_001}"
        self.add("appointments", appointment_ref=ref, client_ref=client_ref, clinician_ref=clinician_ref,
                 service=service, starts_at=at, kind=kind, state=state)  # fmt: skip

    def contact(
        self, client_ref: str, at: datetime, direction: str, channel: str, outcome: str, reason: str, note: str
    ) -> None:
        ref = f"CT-{len(self.rows['contacts']) + 50_001}"
        self.add("contacts", contact_ref=ref, client_ref=client_ref, at=at, direction=direction, channel=channel,
                 outcome=outcome, reason=reason, note=note)  # fmt: skip

    def assign(
        self, client_ref: str, clinician_ref: str, service: str, started_on: date, ended_on: date | None
    ) -> None:
        self.add("assignments", client_ref=client_ref, clinician_ref=clinician_ref, service=service,
                 started_on=started_on, ended_on=ended_on)  # fmt: skip

    def write(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for file in FILES:
            columns = [column.name for column in file.columns]
            with (folder / f"{file.name}.csv").open("w", encoding="utf-8", newline="") as out:
                writer = csv.writer(out)
                writer.writerow(columns)
                writer.writerows([cell(row.get(name)) for name in columns] for row in self.rows[file.name])


def cell(value: Any) -> Any:
    """A value as the import format writes it, where the file's own writer would write another."""
    write = WRITTEN.get(type(value))
    return write(value) if write else value


WRITTEN: dict[type, Callable[[Any], str]] = {
    bool: lambda value: "yes" if value else "no",
    datetime: lambda value: value.isoformat(timespec="minutes"),
    list: ";".join,
    tuple: ";".join,
}
