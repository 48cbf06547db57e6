"""What a gate answers: a value that says why, never a bare bool. The page shows it; the action refuses by it."""

from dataclasses import dataclass

from lwg_intake.access.roles import Can


@dataclass(frozen=True)
class Clear:
    """Nothing stands in the way."""

    because: str
    kind = "clear"


@dataclass(frozen=True)
class Warn:
    """Worth knowing; stops nothing."""

    because: str
    kind = "warning"


@dataclass(frozen=True)
class NeedsApproval:
    """Stands until somebody with the right has decided."""

    because: str
    by: Can
    kind = "approval"


@dataclass(frozen=True)
class Blocked:
    """Stands until what `until` says has happened."""

    because: str
    until: str
    kind = "blocked"


Verdict = Clear | Warn | NeedsApproval | Blocked


def stops(verdict: Verdict | None) -> bool:
    """Whether a step with this verdict may not be ticked."""
    return isinstance(verdict, Blocked | NeedsApproval)


def sentence(verdict: Verdict) -> str:
    """The verdict as one reads it."""
    return f"{verdict.because} {verdict.until}" if isinstance(verdict, Blocked) else verdict.because
