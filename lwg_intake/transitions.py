"""The one way to change a status: `move`, by a table of allowed moves that stands beside the status on its model."""

from typing import Any

from django.db import models

from lwg_intake.errors import Refusal, Stale


def move(thing: models.Model, to: str, **also: Any) -> None:
    """Change `thing.status` to `to`, if the model's MOVES allow it and nobody changed it first.

    `also` are further fields set in the same statement. Raises Refusal for a move that is not in the table and
    Stale when the row no longer has the status (or the version, where the model counts its changes in one) that was
    read. A model whose version counts something else says so with VERSION_COUNTS_CHANGES = False.
    """
    model = type(thing)
    here: str = thing.status  # type: ignore[attr-defined]
    if to not in model.MOVES[here]:  # type: ignore[attr-defined]
        words = {str(status): status.label.lower() for status in model.Status}  # type: ignore[attr-defined]
        if to == here:
            raise Refusal(f"This is {words[here]} already.")
        raise Refusal(f"This is {words[here]} and cannot become {words[to]}.")
    rows = model._default_manager.filter(pk=thing.pk, status=here)
    if getattr(model, "VERSION_COUNTS_CHANGES", True) and hasattr(thing, "version"):
        rows = rows.filter(version=thing.version)
        also["version"] = thing.version + 1
    if not rows.update(status=to, **also):
        raise Stale("Someone else changed this first. Nothing of yours was lost: look at what changed, and try again.")
    thing.status = to  # type: ignore[attr-defined]
    for name, value in also.items():
        setattr(thing, name, value)


def diagram(model: type[models.Model]) -> str:
    """The moves of a model as a Mermaid state diagram, for the docs."""
    lines = ["stateDiagram-v2"]
    for here, targets in model.MOVES.items():  # type: ignore[attr-defined]
        lines += [f"    {here} --> {to}" for to in targets] or [f"    {here} --> [*]"]
    return "\n".join(lines)
