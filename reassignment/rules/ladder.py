"""The contact ladder: two calls, then an e-mail and a text, by policy (S1; R8, R8b; conflict 9)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import TextChoices


class Rung(TextChoices):
    """One kind of attempt to reach a client."""

    CALL = "call", "Call"
    EMAIL = "email", "E-mail"
    TEXT = "text", "Text"


class State(TextChoices):
    """What became of an attempt. One that failed is no attempt: it has to be made in another way."""

    DONE = "done", "Done"
    WAITING = "waiting", "Waiting to leave"
    FAILED = "failed", "Did not arrive"


@dataclass(frozen=True)
class Try:
    """One attempt as it stands now. `at` is when it was made."""

    rung: Rung
    at: datetime
    state: State = State.DONE


@dataclass(frozen=True)
class Ladder:
    """The rungs of the practice. `gap` lies between a call and what follows it, `wait` after the last message."""

    calls: int
    written: tuple[Rung, ...]
    gap: timedelta
    wait: timedelta

    @classmethod
    def of(cls, numbers: Mapping[str, int]) -> Ladder:
        written = ((Rung.EMAIL, numbers["ladder_email"]), (Rung.TEXT, numbers["ladder_text"]))
        return cls(
            calls=numbers["ladder_calls"],
            written=tuple(rung for rung, on in written if on),
            gap=timedelta(hours=numbers["ladder_gap_hours"]),
            wait=timedelta(hours=numbers["ladder_wait_hours"]),
        )


@dataclass(frozen=True)
class Place:
    """Where a client stands on the ladder.

    `rungs` are those that are to be taken next, from `due_at` on (None: now); `calls` how many are made. Unresponsive
    is true only when every rung is done and none was answered; `because` says what it rests on, or what is missing.
    """

    rungs: tuple[Rung, ...]
    due_at: datetime | None
    calls: int
    answered_at: datetime | None
    unresponsive: bool
    because: str

    def is_due(self, now: datetime) -> bool:
        return bool(self.rungs) and (self.due_at is None or self.due_at <= now)


def place(tries: Iterable[Try], answered_at: datetime | None, now: datetime, ladder: Ladder) -> Place:
    """Where a client stands, from the attempts so far. An answer at any time ends the ladder."""
    made = [t for t in tries if t.state != State.FAILED]
    calls = sorted(t.at for t in made if t.rung == Rung.CALL)
    if answered_at is not None:
        return Place((), None, len(calls), answered_at, False, "The client has answered.")
    last_call = calls[-1] if calls else None
    after = last_call + ladder.gap if last_call else None
    if (left := ladder.calls - len(calls)) > 0:
        words = f"{left} more call{'s' if left > 1 else ''} to make."
        return Place((Rung.CALL,), after, len(calls), None, False, words)
    written = {t.rung: t for t in made if t.rung != Rung.CALL}
    missing = tuple(rung for rung in ladder.written if rung not in written)
    if missing:
        words = " and ".join(_THE[rung] for rung in missing)
        return Place(missing, after, len(calls), None, False, f"Not yet unresponsive: {words} still to be sent.")
    waiting = [rung for rung, t in written.items() if t.state == State.WAITING and rung in ladder.written]
    if waiting:
        words = " and ".join(_THE[rung] for rung in waiting)
        return Place((), None, len(calls), None, False, f"Not yet unresponsive: {words} has not left yet.")
    last = max((t.at for t in made), default=now)
    if last + ladder.wait > now:
        until = last + ladder.wait
        return Place((), until, len(calls), None, False, "Every attempt is made; the time to answer is not over.")
    also = "".join(f", {_A[rung]}" for rung in ladder.written)
    return Place((), None, len(calls), None, True, f"{len(calls)} calls{also}, and no answer.")


_THE = {Rung.EMAIL: "the e-mail", Rung.TEXT: "the text"}
_A = {Rung.EMAIL: "an e-mail", Rung.TEXT: "a text"}
