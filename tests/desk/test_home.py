"""The home page: each role its own work, and for how long it waits."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lwg_intake import dates
from lwg_intake.access.roles import MAY, Can, Role
from lwg_intake.audit.models import Event
from lwg_intake.checklists import actions
from lwg_intake.checklists.models import Case
from lwg_intake.records.models import Assignment, Removal
from tests.factories.access import UserFactory
from tests.factories.cases import QuestionFactory, ReturnFactory
from tests.factories.messages import IncomingTextFactory, MessageFactory
from tests.factories.records import AssignmentFactory, ClinicianFactory, RemovalFactory
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import do, start

pytestmark = pytest.mark.django_db


def home(user):
    answer = signed_in(user).get("/")
    assert answer.status_code == 200
    return words(answer)


def client_named(last_name):
    return {"case__client__last_name": last_name}


# --- Who sees what --------------------------------------------------------------------------------------------------


@pytest.fixture
def work(practice):
    """One thing of each kind."""
    ReturnFactory(stage="management_review", category="C", **client_named("Decide"))
    ReturnFactory(stage="blocked_balance", balance="80.00", **client_named("Owing"))
    ReturnFactory(stage="ready_to_match", case__opened_by=practice.csr, **client_named("Mine"))
    QuestionFactory(to="billing", text="Is the plan running?")
    QuestionFactory(to="management", text="May I promise this?")
    RemovalFactory(client__last_name="Removed")
    AssignmentFactory(client__last_name="Caseload", clinician=ClinicianFactory(account=practice.clinician))
    return practice


KINDS = {
    "Decisions waiting": Can.DECIDE_RETURNS,
    "Balances to clear": Can.CLEAR_BALANCES,
    "Questions to billing": Can.ANSWER_BILLING,
    "Questions to management": Can.ANSWER_MANAGEMENT,
    "Removals asked for": Can.REMOVE_CLINICIANS,
    "Open returns": Can.SEE_CASES,
}


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_the_work_that_it_may_do_and_no_other(work, role):
    text = home(UserFactory(roles=[role]))
    for title, right in KINDS.items():
        assert (f"<h2>{title}" in text) is (right in MAY[role]), title
    assert "Caseload, Ada" not in text


def test_a_person_of_two_roles_sees_the_work_of_both(work):
    text = home(UserFactory(roles=[Role.BILLING, Role.MANAGER]))
    for title in KINDS:
        assert f"<h2>{title}" in text


def test_a_clinician_sees_their_own_clients_and_a_supervisor_the_teams(work):
    own = home(work.clinician)
    assert "Your clients" in own and "Caseload, Ada" in own and "Mine, Ada" not in own
    lead = UserFactory(roles=[Role.SUPERVISOR])
    supervisor = ClinicianFactory(account=lead)
    assert "Caseload, Ada" not in home(lead)
    work.clinician.clinician.supervisor = supervisor
    work.clinician.clinician.save()
    assert "Your team" in home(lead) and "Caseload, Ada" in home(lead)


def test_whose_names_stood_there_is_on_record(work):
    manager = UserFactory(roles=["manager"])
    home(manager)
    seen = Event.objects.get(verb="home.opened", actor_id=manager.pk).values
    assert seen["clients"] == len(seen["shown"]) > 1
    assert Removal.objects.get(status="asked").client_id in seen["shown"]
    home(UserFactory(roles=["billing"]))
    assert Event.objects.filter(verb="home.opened").count() == 2


def test_a_client_who_is_no_longer_theirs_is_gone(work):
    Assignment.objects.filter(clinician__account=work.clinician).update(ended_on=dates.today())
    assert "Caseload, Ada" not in home(work.clinician)


# --- What the lists say ---------------------------------------------------------------------------------------------


def test_the_longest_waiting_comes_first_with_how_long_it_waits():
    now = timezone.now()
    for name, waits in (("Second", timedelta(hours=5)), ("Third", timedelta(minutes=9)), ("First", timedelta(days=3))):
        ReturnFactory(stage="management_review", case__opened_at=now - waits, **client_named(name))
    text = home(UserFactory(roles=[Role.MANAGER]))
    assert text.index("First, Ada") < text.index("Second, Ada") < text.index("Third, Ada")
    assert "3 days" in text and "5 hours" in text and "9 minutes" in text


def test_work_leaves_the_list_as_it_is_done(practice):
    case = start(practice, former(category="C"))
    do(case, "ending", practice.csr, category="C")
    assert "Category C: may the client return?" in home(practice.manager)
    do(case, "decision", practice.manager, decision="accept", conditions="", because="Stable")
    assert "may the client return?" not in home(practice.manager)
    assert "Quintero, Marisol" in home(practice.csr)
    actions.leave(case_id=case.pk, way="withdrew", because="Moved", by=practice.csr)
    assert "Quintero, Marisol" not in home(practice.csr)


def test_ones_own_cases_stand_apart_from_the_others(practice):
    start(practice, former("C-1", last_name="Mine"))
    start(practice, former("C-2", last_name="Theirs"), by=practice.other_csr)
    text = home(practice.csr)
    assert text.index("Your open returns") < text.index("Mine, ") < text.index("Open returns of others")
    assert text.index("Open returns of others") < text.index("Theirs, ")


def test_an_answer_comes_back_to_who_asked(practice):
    case = start(practice, former())
    question = actions.ask(case_id=case.pk, step_key="balance", to="billing", text="Is it settled?", by=practice.csr)
    assert "Is it settled?" in home(practice.billing)
    actions.answer(question_id=question.pk, text="Since Monday.", by=practice.billing)
    assert "Is it settled?" not in home(practice.billing)
    assert "Since Monday." in home(practice.csr)
    assert "Since Monday." not in home(practice.other_csr)


def test_a_long_list_says_how_many_more_there_are():
    ReturnFactory.create_batch(27, stage="management_review")
    text = home(UserFactory(roles=[Role.MANAGER]))
    assert 'Decisions waiting <span class="panel__count">27</span>' in text
    assert "And 2 more." in text


def test_where_nothing_waits_the_page_says_so():
    assert "No decision waits for you." in home(UserFactory(roles=[Role.MANAGER]))


def test_mail_that_could_not_be_sent_is_told_to_who_can_act(practice):
    MessageFactory(status="failed", error="Not sent after 11 attempts (SMTPConnectError).")
    assert "1 message could not be sent" in home(practice.manager)
    assert "could not be sent" not in home(practice.csr)


def test_a_text_of_nobody_known_is_told_to_who_can_say_whose(practice):
    IncomingTextFactory()
    assert "1 text came in from a number that names no single client" in home(practice.manager)
    assert "came in" not in home(practice.csr)


def test_the_page_costs_the_same_for_one_and_for_many(practice):
    boss = UserFactory(roles=list(Role))
    browser = signed_in(boss)

    def add(count):
        for _ in range(count):
            ReturnFactory(stage="management_review")
            ReturnFactory(stage="blocked_balance", case__opened_by=boss)
            QuestionFactory(asked_by=boss, to="management")
            QuestionFactory(asked_by=boss, answer="Yes.", answered_by=practice.manager, answered_at=timezone.now())
            RemovalFactory()
            AssignmentFactory(clinician=boss.clinician)

    def cost():
        browser.get("/")
        with CaptureQueriesContext(connection) as done:
            browser.get("/")
        return len(done)

    ClinicianFactory(account=boss)
    add(1)
    one = cost()
    add(12)
    assert cost() == one


# --- Removals -------------------------------------------------------------------------------------------------------


def press(user, removal, do="done"):
    return signed_in(user).post(reverse("removal", args=[getattr(removal, "pk", removal)]), {"do": do})


def test_a_manager_marks_a_removal_done_and_the_assignment_ends(practice):
    removal = RemovalFactory()
    assert press(practice.manager, removal).status_code == 302
    removal.refresh_from_db()
    assert (removal.status, removal.done_by) == ("done", practice.manager)
    assert Assignment.objects.get().ended_on == dates.today()
    assert "No removal is asked for." in home(practice.manager)


def test_a_removal_is_withdrawn_and_the_clinician_stays(practice):
    removal = RemovalFactory()
    assert press(practice.manager, removal, "withdraw").status_code == 302
    assert Removal.objects.get().status == "withdrawn"
    assert Assignment.objects.get().ended_on is None


def test_a_removal_is_done_once(practice):
    removal = RemovalFactory()
    press(practice.manager, removal)
    for do_ in ("done", "withdraw"):
        answer = press(UserFactory(roles=[Role.MANAGER]), removal, do_)
        said = "already" if do_ == "done" else "and cannot become"
        assert answer.status_code == 422 and f"This is done {said}" in words(answer)


def test_a_removal_is_a_managers(practice):
    removal = RemovalFactory()
    for person in (practice.csr, practice.billing, practice.clinician):
        assert press(person, removal).status_code == 403
    assert Removal.objects.get().status == "asked"
    assert press(practice.manager, 10**18).status_code == 404


def test_a_case_from_the_list_opens_at_its_step(practice):
    case = start(practice, former(category="C"))
    do(case, "ending", practice.csr, category="C")
    path = f"{reverse('case', args=[case.pk])}?step=decision"
    assert path in home(practice.manager)
    assert "Decide whether the client may return." in words(signed_in(practice.manager).get(path))
    assert Case.objects.count() == 1


def test_a_manager_is_not_asked_to_decide_what_they_started():
    starter, other = UserFactory(roles=[Role.MANAGER]), UserFactory(roles=[Role.MANAGER])
    ReturnFactory(stage="management_review", category="C", case__opened_by=starter, **client_named("Zorrilla"))
    assert "may the client return?" in home(other)
    assert "may the client return?" not in home(starter)
    assert "Zorrilla" in home(starter), "it stays among their own open returns"
