"""Whatever the program writes down has words of its own and a kind: a filter by kind leaves nothing out."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from lwg_intake.celery import app
from lwg_intake.desk.telling import WHENCE
from lwg_intake.desk.verbs import TOLD, VERBS
from reassignment.models import Offer
from tests.test_house import MODULES

NOUNS = {verb.partition(".")[0] for verb in VERBS}
# The words of a case's history are verbs of the audit as well (checklists.actions.write).
TICKS = ("ticked", "changed", "waiting")


def written(path: Path) -> Iterator[str]:
    """What a module hands to record(), or to a function of its own that does: texts such as "client.opened"."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    if not any(_name(call) in ("record", "write") for call in calls):
        return
    for call in calls:
        texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if _name(call) == "record":
            yield from texts[:1]
        elif _name(call) == "write" and len(call.args) > 1 and texts and call.args[1].value in texts[:1]:  # type: ignore[attr-defined]
            yield f"case.{texts[0]}"
        else:
            yield from (text for text in texts if _is_verb(text))


def _name(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _is_verb(text: str) -> bool:
    noun, _, deed = text.partition(".")
    return noun in NOUNS and deed.replace("_", "").isalpha() and deed.islower()


def test_every_verb_that_is_written_has_words_and_a_kind() -> None:
    found = {verb for path in MODULES if "migrations" not in path.parts for verb in written(path)}
    found |= {f"case.{deed}" for deed in TICKS} | {f"offer.{status}" for status in Offer.Status if status != "open"}
    assert len(found) > 90
    assert found - VERBS.keys() == set()


def test_no_verb_stands_in_two_kinds() -> None:
    counts = Counter(verb for told in TOLD.values() for verb in told)
    assert [verb for verb, count in counts.items() if count > 1] == []


def test_every_task_of_the_worker_is_told_in_words():
    app.loader.import_default_modules()
    ours = {f"task {name}" for name in app.tasks if not name.startswith("celery.")}
    assert ours == {origin for origin in WHENCE if origin.startswith("task ")}
