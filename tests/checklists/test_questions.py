"""Questions on a case, between those who work on it."""

import pytest

from lwg_intake.checklists.models import Draft, Question
from tests.checklists.desk import outcome, page, post, send
from tests.factories.cases import QuestionFactory
from tests.pages import signed_in, typed, words
from tests.returning.conftest import ANSWERS

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_and_answered_on_the_case(practice, csr, case):
    answer = send(csr, "case-ask", case, step="balance", to="billing", question="Is the plan still running?")
    assert (answer.status_code, answer["Location"]) == (302, page(case, "balance"))
    question = Question.objects.get()
    assert "No answer yet" in words(csr.get(page(case)))
    billing = signed_in(practice.billing)
    assert "Is the plan still running?" in words(billing.get(page(case)))
    assert send(billing, "question-answer", question, answer="Yes, until May.").status_code == 302
    text = words(csr.get(page(case)))
    assert "Yes, until May." in text and "No answer yet" not in text
    late = send(billing, "question-answer", question, answer="No.")
    assert late.status_code == 409 and "Someone else answered this first" in words(late)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"to": "billing", "question": ""}, "Write the question first."),
        ({"question": "Who?"}, "Choose whom to ask."),
        ({"to": "the moon", "question": "Who?"}, "Select a valid choice"),
        ({}, "Write the question first."),
    ],
)
def test_half_a_question_is_not_asked(csr, case, data, said):
    answer = send(csr, "case-ask", case, step="balance", **data)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Question.objects.exists()


def test_a_question_about_no_step_is_refused(csr, case):
    answer = send(csr, "case-ask", case, step="nonsense", to="billing", question="Is it?")
    assert answer.status_code == 404 and "no such step" in words(answer)


def test_an_empty_answer_is_not_one(practice, case):
    question = QuestionFactory(case=case)
    answer = send(signed_in(practice.billing), "question-answer", question, answer=" ")
    assert answer.status_code == 422 and "Write the answer first." in words(answer)
    assert Question.objects.get().answer == ""


def test_a_question_to_billing_is_not_answered_by_management(practice, csr, case):
    question = QuestionFactory(case=case)
    assert send(signed_in(practice.manager), "question-answer", question, answer="Yes").status_code == 403
    assert send(csr, "question-answer", question, answer="Yes").status_code == 403
    assert Question.objects.get().answer == ""


@pytest.mark.parametrize("press", ["tick", "waiting"])
def test_a_question_that_was_typed_outlasts_a_button_of_the_step(csr, other, case, press):
    answer = post(csr, case, "ending", press=press, to="billing", question="Is the plan still running?")
    assert outcome(case, "ending") == {"tick": "done", "waiting": "waiting"}[press]
    assert answer["Location"] == page(case, "ending")
    text = words(csr.get(page(case, "ending")))
    assert "Your question is not asked yet" in text and "Is the plan still running?</textarea>" in text
    assert "<details open>" in text and not Question.objects.exists()
    assert "Is the plan still running?" not in words(csr.get(page(case, "balance")))
    assert "Is the plan still running?" not in words(other.get(page(case, "ending")))


def test_a_question_that_was_typed_outlasts_a_refusal_of_the_step(csr, case):
    answer = post(csr, case, "demographics", state="Maryland", to="billing", question="Is the plan still running?")
    assert answer.status_code == 422
    for text in (words(answer), words(csr.get(page(case, "demographics")))):
        assert "Is the plan still running?</textarea>" in text and 'value="Maryland"' in text
        assert "<details open>" in text


def test_asking_keeps_what_was_typed_into_the_step(csr, case):
    send(csr, "case-ask", case, step="demographics", version=0, state="Maryland", to="billing", question="Is it right?")
    assert Question.objects.get().text == "Is it right?"
    text = words(csr.get(page(case, "demographics")))
    assert 'value="Maryland"' in text and "Is it right?</textarea>" not in text


def test_a_question_wiped_out_is_forgotten(csr, case):
    post(csr, case, "ending", question="Is it?")
    post(csr, case, "ending", version=1, question="")
    assert not Draft.objects.exists()


def test_a_question_leaves_no_draft_of_a_step_that_nobody_touched(csr, other, case):
    """It would hide what somebody else saves after it."""
    post(csr, case, "ending", summary="A first sentence")
    shown = ANSWERS["ending"] | {"summary": "A first sentence"}
    send(csr, "case-ask", case, step="ending", version=1, to="billing", question="Is it?", **typed(shown))
    post(other, case, "ending", version=1, summary="A second sentence")
    assert 'value="A second sentence"' in words(csr.get(page(case, "ending")))
