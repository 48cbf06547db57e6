"""A procedure as a manager would read it, printed from the same declaration that staff work by."""

from collections.abc import Callable, Iterator
from textwrap import fill
from typing import Any

from lwg_intake.access.roles import who_may
from lwg_intake.checklists.procedure import Procedure, Step
from lwg_intake.checklists.registry import Wing
from lwg_intake.policy.numbers import NUMBERS

WIDTH = 100


def printed(wing: Wing, policy: dict[str, int]) -> str:
    """The whole procedure: each step, then the practice's numbers as they hold in `policy`."""
    procedure = wing.procedure
    head = f"{procedure.title} (version {procedure.version})"
    lines = [head, "=" * len(head), ""]
    for number, step in enumerate(procedure.steps, 1):
        lines += [*_step(number, step, procedure), ""]
    lines += ["The practice's numbers, as they hold today", "-" * 42]
    for key in wing.numbers:
        known = NUMBERS[key]
        lines.append(_line(f"  {known.said(policy[key])}: ", f"{known.meaning} ({known.source}; {key})"))
    return "\n".join(lines)


def _step(number: int, step: Step, procedure: Procedure) -> Iterator[str]:
    title = f"{number}. {step.title}  ({step.seed})"
    yield title
    yield "-" * len(title)
    starter = ", but never who started the case" if step.not_starter else ""
    yield _line("  Who:     ", " or ".join(who_may(step.who)) + starter)
    if step.when:
        yield _line("  When:    ", _meaning(step.when))
    if step.after:
        titles = [other.title for other in procedure.steps if other.key in step.after]
        yield _line("  After:   ", ", ".join(titles))
    yield _line("  What:    ", step.ask)
    for deed in step.do:
        yield _line("  Do:      ", deed)
    if step.say:
        yield _line("  Say:     ", f"“{step.say.replace('{clinician}', '…')}”")
    if step.form:
        fields = [str(field.label or name) for name, field in step.form.base_fields.items()]
        yield _line("  Enter:   ", "; ".join(fields))
    if step.gate:
        yield _line("  Gate:    ", _meaning(step.gate))
    if step.therapynotes:
        yield _line("  In TN:   ", step.therapynotes)
    if step.final:
        yield _line("  Final:   ", "once done, it cannot be unticked")


def _meaning(rule: Callable[..., Any]) -> str:
    """A rule says in its docstring what it means."""
    return " ".join((rule.__doc__ or rule.__name__.replace("_", " ")).split())


def _line(label: str, text: str) -> str:
    return fill(text, WIDTH, initial_indent=label, subsequent_indent=" " * len(label))
