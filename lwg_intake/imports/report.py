"""What an import did, counted file by file. Rejected rows carry what staff need to correct them in the file."""

from dataclasses import dataclass, field
from typing import Any

SHOWN = 20


@dataclass(frozen=True)
class Rejected:
    """A row left out. `line` counts as in the file, the header being 1; `column` is empty when the whole row is."""

    line: int
    column: str
    value: str
    reason: str


@dataclass
class Counts:
    """One file's figures. `unread` says that the file as a whole could not be used."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    unread: bool = False

    def as_json(self) -> dict[str, Any]:
        figures = {name: getattr(self, name) for name in ("rows", "created", "updated", "unchanged")}
        return {**figures, "rejected": [vars(row) for row in sorted(self.rejected, key=lambda row: row.line)]}


@dataclass
class Report:
    """An import. `notes` are sentences about what was ignored; `dry_run` says that nothing was kept."""

    files: dict[str, Counts] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    dry_run: bool = False

    @property
    def read_something(self) -> bool:
        return any(not counts.unread for counts in self.files.values())

    def as_json(self) -> dict[str, Any]:
        return {"files": {name: counts.as_json() for name, counts in self.files.items()}}

    def as_text(self) -> str:
        """A table for the terminal, then the rejected rows of each file."""
        head = f"{'file':<14}{'rows':>8}{'created':>9}{'updated':>9}{'unchanged':>11}{'rejected':>10}"
        lines = [head]
        for name, c in self.files.items():
            lines.append(f"{name:<14}{c.rows:>8}{c.created:>9}{c.updated:>9}{c.unchanged:>11}{len(c.rejected):>10}")
        for name, counts in self.files.items():
            lines += _rejected(name, counts)
        if self.dry_run:
            lines += ["", "This was a trial: nothing was kept."]
        return "\n".join(lines)


def _rejected(name: str, counts: Counts) -> list[str]:
    rows = sorted(counts.rejected, key=lambda row: row.line)
    lines = [f"  line {row.line}{_cell(row)}: {row.reason}" for row in rows[:SHOWN]]
    if len(rows) > SHOWN:
        lines.append(f"  and {len(rows) - SHOWN:,} more (use --json)")
    return ["", f"{name}.csv, rejected:", *lines] if lines else []


def _cell(row: Rejected) -> str:
    value = row.value if len(row.value) <= 40 else f"{row.value[:39]}…"
    return f", {row.column}" + (f" “{value}”" if value else "") if row.column else ""
