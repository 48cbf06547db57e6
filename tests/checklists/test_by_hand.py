"""Requests that no page sends: each is refused with a sentence, and none is an error of ours."""

from html import escape

import pytest
from django.urls import reverse

from returning.procedure import RETURNING
from tests.checklists.desk import page, poll, post, send
from tests.factories.cases import QuestionFactory
from tests.pages import signed_in, words
from tests.returning.deeds import do, up_to_match

pytestmark = pytest.mark.django_db
LONG = "9" * 5000
GARBAGE = ("", "\x00", "²", "٣", "-1", "1e9", "NaN", LONG, "[]", "' OR 1=1 --", "<script>", b"\xff\xfe")


@pytest.mark.parametrize("key", [step.key for step in RETURNING.steps])
def test_garbage_in_every_field_is_never_an_error_of_ours(practice, case, key):
    browser = signed_in(practice.manager if key == "decision" else practice.csr)
    form = RETURNING.step(key).form
    for value in ("", "²", "NaN", LONG, "<script>", b"\xff\xfe") if form else ("", LONG):
        data = dict.fromkeys(form.base_fields if form else (), value)
        answer = browser.post(
            reverse("case-step", args=[case.pk, key]), {**data, "do": value, "version": 0, "because": value}
        )
        assert answer.status_code in (302, 409, 422), value
    for value in ("²", LONG) if form else ():
        data = dict.fromkeys(form.base_fields if form else (), value)
        assert browser.post(reverse("case-draft", args=[case.pk, key]), data).status_code == 204
        assert browser.get(page(case, key)).status_code == 200


@pytest.mark.parametrize("value", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_elsewhere_is_refused_with_a_sentence(practice, csr, case, value):
    question = QuestionFactory(case=case)
    post(csr, case, "ending")
    asked = [
        csr.post(reverse("case-ask", args=[case.pk]), {"step": value, "to": value, "question": value}),
        csr.post(reverse("case-ask", args=[case.pk]), {"step": value, "to": "billing", "question": "Is it?"}),
        csr.post(reverse("case-leave", args=[case.pk]), {"way": value, "because": value}),
        post(csr, case, "ending", version=value, press="untick", because="wrong"),
    ]
    assert {answer.status_code for answer in asked} <= {404, 409, 422}
    assert poll(csr, case, value, step=value, at=value).status_code in (200, 422)
    answer = send(signed_in(practice.billing), "question-answer", question, answer=value)
    assert answer.status_code in (302, 422)
    send(csr, "case-leave", case, way="withdrew", because="Moved")
    answer = csr.post(reverse("case-reopen", args=[case.pk]), {"because": value})
    assert answer.status_code in (302, 422)
    assert csr.get(page(case)).status_code == 200


def test_an_empty_request_is_refused(csr, case):
    for name in ("case-ask", "case-leave", "case-reopen"):
        assert csr.post(reverse(name, args=[case.pk])).status_code == 422
    assert csr.post(reverse("case-step", args=[case.pk, "demographics"]), {"version": "0"}).status_code == 422


def test_a_garbled_version_is_a_version_nobody_saw(csr, case):
    for version in ("", "²", "-1", "0x0", LONG):
        assert post(csr, case, "ending", version=version).status_code == 409
    assert post(csr, case, "ending", version="0").status_code == 302


def test_a_step_or_a_question_that_is_not_there_is_not_found(csr, practice, case):
    assert post(csr, case, "nonsense").status_code == 404
    assert csr.post(reverse("case-draft", args=[case.pk, "nonsense"])).status_code == 404
    billing = signed_in(practice.billing)
    assert billing.post(reverse("question-answer", args=[10**18]), {"answer": "x"}).status_code == 404


def test_a_visit_at_the_end_of_time_is_refused_in_words(practice, csr, case):
    up_to_match(case, practice)
    do(case, "match", practice.csr, clinician_id=practice.duarte.pk)
    far = {"time": "23:59", "kind": "intake", "because": "x", "modality": "virtual"}
    answer = post(csr, case, "schedule", on="9999-12-31", **far)
    assert answer.status_code == 422
    assert "Choose a day within" in words(answer)
    assert csr.get(page(case)).status_code == 200


def test_a_clinician_who_is_not_there_is_refused_in_words(practice, csr, case):
    up_to_match(case, practice)
    for number in (10**6, 10**30):
        answer = post(csr, case, "match", clinician_id=number)
        assert answer.status_code == 422 and "no such clinician" in words(answer)


def test_an_address_longer_than_the_record_holds_is_refused_in_words(csr, case):
    answer = post(csr, case, "demographics", email=f"{'a' * 60}@{'b' * 60}.{'c' * 60}.{'d' * 60}.{'e' * 60}.com")
    assert answer.status_code == 422
    assert "at most 254 characters" in words(answer)


REFUSED = [
    *(("demographics", "phone", typed, "with its area code") for typed in ("abc", "12", "555-0142", "☎", "+12")),
    *(("demographics", "postal_code", typed, "five digits") for typed in ("ABCDE", "1", "２０７０７")),
    *(("demographics", "state", typed, "two letters, such as MD") for typed in ("Zz", "Maryland", "😀")),
    *(("demographics", name, "😀 12!", "in letters") for name in ("address", "city")),
    ("insurance", "state", "QQ", "two letters, such as MD"),
    ("insurance", "payer", "😀", "in letters"),
    ("insurance", "member_id", "\"'<b>", "letters and digits only"),
    *(("balance", "seen", typed, "Enter dollars and cents") for typed in ("$1,2", "1.005", "9" * 20)),
]


def test_what_cannot_be_one_is_refused_in_words_and_stays_in_its_field(csr, case):
    for key, name, typed, said in REFUSED:
        answer = post(csr, case, key, **{name: typed})
        assert answer.status_code == 422, (name, typed)
        assert said in words(answer) and f'value="{escape(typed)}"' in answer.content.decode(), (name, typed)


@pytest.mark.parametrize(
    ("key", "name", "typed", "kept"),
    [
        ("demographics", "phone", "301.555.0107 ext. 12", "301.555.0107 ext. 12"),
        ("demographics", "phone", "1 (301) 555-0107", "1 (301) 555-0107"),
        ("demographics", "phone", "+44 20 7946 0000", "+44 20 7946 0000"),
        ("demographics", "state", " va ", "VA"),
        ("demographics", "postal_code", "20707-1234", "20707-1234"),
    ],
)
def test_what_may_be_one_is_kept(csr, case, key, name, typed, kept):
    assert post(csr, case, key, **{name: typed}).status_code == 302
    case.client.refresh_from_db()
    assert getattr(case.client, name) == kept


def test_a_credit_is_called_one(csr, case):
    post(csr, case, "ending")
    assert post(csr, case, "balance", seen="-5").status_code == 302
    assert "Balance checked: credit of $5" in words(csr.get(page(case)))
