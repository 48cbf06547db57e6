"""A small practice, what the night suggests of it, and the deeds of a closing."""

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

from django.utils import timezone

from caseload import actions
from caseload.models import Suggestion
from caseload.sweeps import sweep
from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists import actions as engine
from lwg_intake.checklists.models import Case, Tick
from lwg_intake.records.models import Appointment, Assignment
from tests.factories.access import UserFactory
from tests.factories.caseload import SuggestionFactory
from tests.factories.records import AppointmentFactory, AssignmentFactory, ClinicianFactory

Practice = SimpleNamespace


def today() -> date:
    return dates.today()


def ago(days: int) -> date:
    return today() - timedelta(days=days)


def ahead(days: int) -> date:
    return today() + timedelta(days=days)


def make_practice() -> Practice:
    """Osei works under Marsh; Duarte works beside them under nobody."""
    people = {
        name: UserFactory(first_name=name.title(), last_name="Of Staff", roles=[role])
        for name, role in (("osei", "clinician"), ("marsh", "supervisor"), ("duarte", "clinician"),
                           ("morgan", "manager"), ("casey", "csr"), ("bo", "billing"))
    }  # fmt: skip
    marsh = ClinicianFactory(first_name="Ines", last_name="Marsh", account=people["marsh"])
    osei = ClinicianFactory(first_name="Abena", last_name="Osei", account=people["osei"], supervisor=marsh)
    duarte = ClinicianFactory(first_name="Luis", last_name="Duarte", account=people["duarte"])
    return Practice(**people, clinician=osei, supervisor=marsh, colleague=duarte)


def assigned(practice: Practice, **fields: Any) -> Assignment:
    """A therapy client of Osei's for a good three months, whose plan is fresh."""
    return AssignmentFactory(
        **{"clinician": practice.clinician, "started_on": ago(100), "client__plan_updated_on": ago(7)} | fields
    )


def suggested(practice: Practice, *grounds: str, notes: tuple[str, ...] = (), **fields: Any) -> Assignment:
    """An assignment with open suggestions: inactive, unless said otherwise."""
    assignment = assigned(practice, **fields)
    for ground in grounds or ("inactive",):
        SuggestionFactory(assignment=assignment, ground=ground, notes=list(notes))
    return assignment


def visit(assignment: Assignment, days: int, state: str) -> Any:
    """A visit so many days from today, at this time of the practice's clock; negative is past."""
    return visits(assignment, (days, state))[0]


def visits(assignment: Assignment, *said: tuple[int, str]) -> list[Any]:
    """The same for many at once."""
    return Appointment.objects.bulk_create(
        AppointmentFactory.build(
            client=assignment.client, clinician=assignment.clinician, service=assignment.service, state=state,
            starts_at=timezone.localtime() + timedelta(days=days),
        )
        for days, state in said
    )  # fmt: skip


def say(assignment: Assignment, answer: str, by: User, **said: Any) -> Any:
    return actions.answer(assignment_id=assignment.pk, answer=answer, by=by, **said)


def asked_on(day: date) -> set[str]:
    """The grounds on which the night of a day asks."""
    return {row["ground"] for row in sweep(day).opened}


def states(assignment: Assignment) -> set[tuple[str, str]]:
    return set(Suggestion.objects.filter(assignment=assignment).values_list("status", "answer"))


# What a clinician enters in each step of a closing.
ENTERED: dict[str, dict[str, Any]] = {
    "visits": {"cancelled": False},
    "attempts": {"seen": True},
    "last_session": {"last_session": "unreached"},
    "reassign": {"wish": "unknown"},
    "consult": {"agrees": "yes", "words": ""},
    "ending": {"category": "none", "ground": "Stopped coming", "ended_on": ""},
    "summary": {"with_client": "no", "reasoning": "Rang twice, no answer.", "text": "Came eight times."},
    "letter": {"how": "email", "referrals": "One\nTwo\nThree"},
    "note": {"note": "Ended.", "pasted": True},
}
FIRST = ("visits", "attempts", "last_session", "reassign")


def do(case: Case, key: str, by: User, **entered: Any) -> Case:
    tick = Tick.objects.filter(case=case, step=key).first()
    fields = {**ENTERED[key], **entered}
    if key == "ending":
        fields["ended_on"] = fields["ended_on"] or today().isoformat()
    return engine.tick(case_id=case.pk, step_key=key, fields=fields, version=tick.version if tick else 0, by=by)


def up_to_letter(case: Case, by: User, **ending: Any) -> None:
    for key in FIRST:
        do(case, key, by)
    do(case, "ending", by, **ending)
    do(case, "summary", by)


def finish(case: Case, by: User, **ending: Any) -> Case:
    up_to_letter(case, by, **ending)
    do(case, "letter", by)
    do(case, "note", by)
    return engine.complete(case_id=case.pk, by=by)
