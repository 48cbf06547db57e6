"""The deeds of an import, for the audit's test."""

from collections.abc import Callable

from lwg_intake.imports import actions as imports
from lwg_intake.imports.kinds import Mapping
from lwg_intake.imports.uploads import Upload
from tests.factories.access import UserFactory
from tests.factories.imports import PersonFactory, RunFileFactory

Deed = Callable[[], object]


def _upload(p):
    by = UserFactory(roles=["administrator"])
    return lambda: imports.upload(uploads=[Upload.of("clients.csv", b"client_ref\nLW-1\n")], by=by)


def importing(deed: Callable, status: str) -> Callable[[object], Deed]:
    def prepare(p) -> Deed:
        file = RunFileFactory(run__status=status)
        named = {"file_id": file.pk} if deed is imports.believe_windows else {"run_id": file.run.pk}
        return lambda: deed(**named, by=file.run.by)

    return prepare


def _say_columns(p):
    file = RunFileFactory(file="", header=["Who", "Phone"])
    mapping = Mapping("clients", {"client": 0, "phone": 1})
    return lambda: imports.say_columns(file_id=file.pk, mapping=mapping, by=file.run.by)


def _decide_person(p):
    person = PersonFactory()
    file = RunFileFactory(doubts=[person.pk])
    return lambda: imports.decide(run_id=file.run_id, person_id=person.pk, verdict="skipped", by=file.run.by)


def _ask_again(p):
    person = PersonFactory(verdict="skipped")
    file = RunFileFactory(doubts=[person.pk])
    return lambda: imports.ask_again(run_id=file.run_id, person_id=person.pk, by=file.run.by)


MODULES = {"imports": imports}
PARTS: set[str] = set()
DEEDS: dict[str, tuple[Callable[[object], Deed], set[str]]] = {
    "imports.say_columns": (_say_columns, {"import.mapped"}),
    "imports.decide": (_decide_person, {"import.person_decided"}),
    "imports.ask_again": (_ask_again, {"import.person_asked_again"}),
    "imports.upload": (_upload, {"import.uploaded"}),
    "imports.believe_windows": (importing(imports.believe_windows, "checked"), {"import.windows"}),
    "imports.check_again": (importing(imports.check_again, "checked"), {"import.checked_again"}),
    "imports.apply": (importing(imports.apply, "checked"), {"import.applied"}),
    "imports.discard": (importing(imports.discard, "checked"), {"import.discarded"}),
    "imports.take_back": (importing(imports.take_back, "applied"), {"import.undo_asked"}),
}
