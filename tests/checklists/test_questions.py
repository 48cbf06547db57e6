"""Questions on a case, between those who work on it."""

import pytest

from lwg_intake.checklists.models import Question
from tests.checklists.desk import page, send
from tests.factories.cases import QuestionFactory
from tests.pages import signed_in, words

pytestmark = pytest.mark.django_db


def test_a_question_is_asked_and_answered_on_the_case(practice, csr, case):
    answer = send(csr, "case-ask", case, step="balance", to="billing", text="Is the plan still running?")
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
        ({"to": "billing", "text": ""}, "Write the question first."),
        ({"text": "Who?"}, "Choose whom to ask."),
        ({"to": "the moon", "text": "Who?"}, "Select a valid choice"),
        ({}, "Write the question first."),
    ],
)
def test_half_a_question_is_not_asked(csr, case, data, said):
    answer = send(csr, "case-ask", case, step="balance", **data)
    assert answer.status_code == 422
    assert said in words(answer)
    assert not Question.objects.exists()


def test_a_question_about_no_step_is_refused(csr, case):
    answer = send(csr, "case-ask", case, step="nonsense", to="billing", text="Is it?")
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
