"""Two people at the same moment: real connections, real commits. One is done, the other is told."""

import pytest

from lwg_intake.audit.models import Event
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Case, Entry, Question, Tick
from lwg_intake.desk.actions import money, removals
from lwg_intake.errors import Refusal, Stale
from lwg_intake.messages.models import Message
from lwg_intake.records.models import Appointment, Arrangement, Assignment, Contact, PlaceHold
from returning.models import Return
from tests.at_once import at_once
from tests.factories.records import ArrangementFactory, RemovalFactory
from tests.returning.conftest import former
from tests.returning.deeds import do, start, up_to_complete, up_to_match, visit

pytestmark = pytest.mark.django_db(transaction=True)


def one_done(answers):
    """Of these, one was done; give what the others were told."""
    told = [answer for answer in answers if isinstance(answer, Exception)]
    assert len(told) == len(answers) - 1, answers
    assert all(isinstance(answer, Refusal) for answer in told), told
    return told


def test_a_return_is_started_once(practice):
    client = former()
    people = (practice.csr, practice.other_csr, practice.manager)
    told = one_done(at_once(*(lambda by=by: start(practice, client, by) for by in people)))
    assert all("already has an open case" in str(refusal) for refusal in told)
    assert (Case.objects.count(), Return.objects.count(), Entry.objects.count()) == (1, 1, 1)


@pytest.mark.parametrize("key", ["ending", "demographics", "insurance"])
def test_a_step_is_ticked_once_and_the_other_is_told_by_whom(practice, key):
    case = start(practice, former())
    people = (practice.csr, practice.other_csr, practice.manager)
    told = one_done(at_once(*(lambda by=by: do(case, key, by, version=0) for by in people)))
    assert all(isinstance(refusal, Stale) for refusal in told)
    tick = Tick.objects.get()
    assert tick.version == 1 and all(f"{tick.by} saved it" in str(refusal) for refusal in told)
    assert Event.objects.filter(verb="case.ticked").count() == 1


def test_a_decision_is_taken_once(practice):
    case = start(practice, former(category="C"))
    do(case, "ending", practice.csr, category="C")
    ways = {"accept": practice.manager, "refuse": practice.manager}
    answers = at_once(
        *(
            lambda way=way, by=by: do(case, "decision", by, version=0, decision=way, conditions="", because="Looked at")
            for way, by in ways.items()
        )
    )
    one_done(answers)
    decided = Tick.objects.get(step="decision").fields["decision"]
    assert Event.objects.filter(verb="return.decided").get().values["decision"] == decided
    assert Return.objects.get().eligibility == {"accept": "eligible", "refuse": "refused"}[decided]


def test_two_different_steps_do_not_hinder_each_other(practice):
    case = start(practice, former())
    answers = at_once(
        *(lambda key=key: do(case, key, practice.csr, version=0) for key in ("ending", "demographics", "portal"))
    )
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    assert Case.objects.get().version == case.version + 3, "each change is one that the other's page hears"


def test_the_steps_that_leave_the_house_do_so_once(practice):
    """Match, visit, assignment, e-mail, removal and note, each by three people at once."""
    case = start(practice, former())
    Assignment.objects.update(ended_on=None)
    up_to_match(case, practice)
    entered = {
        "match": {"clinician_id": practice.duarte.pk}, "schedule": visit(),
        "assignment": {"started_on": visit()["on"]}, "notice": {}, "removal": {}, "tracker": {}, "note": {},
    }  # fmt: skip
    for key, fields in entered.items():
        one_done(at_once(*[lambda key=key, fields=fields: do(case, key, practice.csr, version=0, **fields)] * 3))
    assert PlaceHold.objects.count() == Appointment.objects.count() == Message.objects.count() == 1
    assert Assignment.objects.filter(clinician=practice.duarte).count() == Contact.objects.count() == 1
    one_done(at_once(*[lambda: actions.complete(case_id=case.pk, by=practice.csr)] * 3))
    assert Event.objects.filter(verb="case.completed").count() == 1


def test_the_last_place_goes_to_one_of_two_cases(practice):
    cases = [start(practice, former(ref)) for ref in ("C-1", "C-2")]
    for case in cases:
        up_to_match(case, practice)
    (told,) = one_done(
        at_once(*(lambda case=case: do(case, "match", practice.csr, clinician_id=practice.duarte.pk) for case in cases))
    )
    assert "is full (1 of 1)" in str(told)
    assert PlaceHold.objects.count() == 1


def test_a_case_is_not_left_and_completed_at_once(practice):
    case = start(practice, former())
    up_to_match(case, practice)
    up_to_complete(case, practice, practice.duarte)
    deeds = (
        lambda: actions.complete(case_id=case.pk, by=practice.csr),
        lambda: actions.leave(case_id=case.pk, way="withdrew", because="Moved", by=practice.other_csr),
    )
    one_done(at_once(*deeds))
    assert Case.objects.get().status == Return.objects.get().stage == "completed"


def test_a_tick_and_a_way_out_end_in_one_or_the_other(practice):
    case = start(practice, former())
    at_once(
        lambda: do(case, "ending", practice.csr, version=0),
        lambda: actions.leave(case_id=case.pk, way="withdrew", because="Moved", by=practice.other_csr),
    )
    assert Case.objects.get().status == Return.objects.get().stage == "withdrew"


def test_a_question_is_answered_once(practice):
    case = start(practice, former())
    question = actions.ask(case_id=case.pk, step_key="balance", to="billing", text="Is it?", by=practice.csr)
    texts = ("Yes.", "No.", "Perhaps.")
    told = one_done(
        at_once(*(lambda t=t: actions.answer(question_id=question.pk, text=t, by=practice.billing) for t in texts))
    )
    assert all(isinstance(refusal, Stale) for refusal in told)
    assert Entry.objects.filter(deed="answered").count() == 1
    assert Question.objects.get().answer in Entry.objects.get(deed="answered").words


def test_a_removal_is_marked_done_once(practice):
    removal = RemovalFactory()
    deeds = [lambda: removals.mark_done(removal_id=removal.pk, by=practice.manager)] * 2
    one_done(at_once(*deeds, lambda: removals.withdraw(removal_id=removal.pk, by=practice.manager)))
    assert Event.objects.filter(verb__startswith="removal.").count() == 1
    removal.refresh_from_db()
    ended = Assignment.objects.get().ended_on is not None
    assert ended is (removal.status == "done")


def test_an_arrangement_ends_once_and_two_made_at_once_leave_one(practice):
    client = former()
    client.balance.amount = 80
    client.balance.save()
    answers = at_once(*[lambda: money.arrange(client_id=client.pk, terms="$20 a month", by=practice.billing)] * 3)
    assert not any(isinstance(answer, Exception) for answer in answers), answers
    assert Arrangement.objects.filter(ended_at__isnull=True).count() == 1
    one = ArrangementFactory(made_by=practice.billing)
    one_done(at_once(*[lambda: money.end_arrangement(arrangement_id=one.pk, by=practice.billing)] * 3))


def test_a_draft_that_is_saved_twice_at_once_is_one(practice):
    case = start(practice, former())
    answers = at_once(
        *[lambda: actions.save_draft(case_id=case.pk, step_key="ending", fields={"summary": "x"}, by=practice.csr)] * 4
    )
    assert not any(isinstance(answer, Exception) for answer in answers), answers
