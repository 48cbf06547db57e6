"""How a case is left, taken up again and finished through its page."""

import pytest

from lwg_intake.checklists.models import Case
from returning.models import Return
from tests.checklists.desk import page, post, send
from tests.pages import words
from tests.returning.conftest import former
from tests.returning.deeds import do, start

pytestmark = pytest.mark.django_db


def test_a_case_is_left_reopened_and_nothing_is_lost(csr, case):
    post(csr, case, "ending", summary="Stopped coming")
    answer = send(csr, "case-leave", case, way="withdrew", because="Found someone closer")
    assert answer.status_code == 302
    text = words(csr.get(page(case)))
    assert "Withdrew" in text and "Found someone closer" in text and "Past records" in text
    answer = send(csr, "case-reopen", case, because=" ")
    assert answer.status_code == 422 and "Say why you reopen this case." in words(answer)
    assert send(csr, "case-reopen", case, because="Rang again").status_code == 302
    assert 'value="Stopped coming"' in words(csr.get(page(case, "ending")))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"way": "withdrew"}, "Say why."),
        ({"because": "Moved"}, "Choose what happened."),
        ({"way": "completed", "because": "Moved"}, "Select a valid choice"),
        ({"way": "withdrew", "because": "x" * 501}, "at most 500 characters"),
    ],
)
def test_a_case_is_not_left_without_what_and_why(csr, case, data, said):
    answer = send(csr, "case-leave", case, **data)
    assert answer.status_code == 422
    assert said in words(answer)
    assert Case.objects.get().status == "open"


def test_a_waitlisted_case_stays_open_and_is_taken_up_again(csr, case):
    post(csr, case, "ending")
    assert send(csr, "case-leave", case, way="waitlist", because="Nobody is free").status_code == 302
    assert Return.objects.get().stage == "waitlist"
    assert csr.get(page(case)).status_code == 200
    assert send(csr, "case-reopen", case, because="A place came free").status_code == 302
    assert Case.objects.get().status == "open"


def test_a_closed_case_is_not_left_a_second_time(csr, case):
    send(csr, "case-leave", case, way="withdrew", because="Moved")
    answer = send(csr, "case-leave", case, way="unreached", because="Moved")
    assert answer.status_code == 422 and "cannot become" in words(answer)


def test_a_refused_way_out_keeps_the_reason_that_was_typed(csr, practice):
    case = start(practice, former(category="C"))
    do(case, "ending", practice.csr, category="C")
    answer = send(csr, "case-leave", case, way="referred_out", because="Needs day treatment")
    assert answer.status_code == 422
    text = words(answer)
    assert "A manager decides" in text and "Needs day treatment" in text


def test_an_open_step_keeps_the_case_open(csr, case):
    answer = send(csr, "case-complete", case)
    assert answer.status_code == 422
    assert "Not done yet: Past records, Demographics" in words(answer)


def test_reopening_waits_for_the_one_that_was_opened_since(practice, csr, case):
    send(csr, "case-leave", case, way="withdrew", because="Moved")
    start(practice, case.client)
    answer = send(csr, "case-reopen", case, because="Rang again")
    assert answer.status_code == 422 and "Go on with that one" in words(answer)
