"""What billing does about a balance, through the client's page."""

from decimal import Decimal

import pytest
from django.urls import reverse

from lwg_intake import dates
from lwg_intake.access.roles import MAY, Can, Role
from lwg_intake.records.models import Arrangement, Balance
from returning.models import Return
from tests.factories.access import UserFactory
from tests.factories.records import ArrangementFactory, BalanceFactory, ClientFactory
from tests.pages import signed_in, words
from tests.returning.conftest import former
from tests.returning.deeds import do, start

pytestmark = pytest.mark.django_db


@pytest.fixture
def billing(practice):
    return signed_in(practice.billing)


@pytest.fixture
def owing(practice):
    return BalanceFactory(amount=Decimal("80.00")).client


def post(browser, client, press="set", **fields):
    return browser.post(reverse("client-balance", args=[getattr(client, "pk", client)]), {"do": press, **fields})


def test_billing_sets_the_balance_as_it_stands_today(billing, owing):
    Balance.objects.update(as_of="2026-01-01")
    assert post(billing, owing, amount="12.50", no_show_fees="2.50").status_code == 302
    balance = Balance.objects.get()
    assert (balance.amount, balance.no_show_fees, balance.as_of) == (Decimal("12.50"), Decimal("2.50"), dates.today())


def test_fees_left_empty_are_none(billing):
    client = ClientFactory()
    assert post(billing, client, amount="5", no_show_fees="").status_code == 302
    assert Balance.objects.get().no_show_fees == 0


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"amount": "10", "no_show_fees": "11"}, "part of the balance, and cannot be more"),
        ({"amount": "-5", "no_show_fees": "1"}, "part of the balance, and cannot be more"),
        ({"amount": "", "no_show_fees": ""}, "This field is required"),
        ({"amount": "ten"}, "Enter a number"),
        ({"amount": "NaN"}, "Enter a number"),
        ({"amount": "9" * 5000}, "no more than 10 digits"),
        ({"amount": "1.005"}, "no more than 2 decimal places"),
        ({"amount": "10", "no_show_fees": "-1"}, "greater than or equal to 0"),
        ({}, "This field is required"),
    ],
)
def test_what_is_no_amount_is_refused_in_words_and_stays_on_the_page(billing, owing, fields, said):
    answer = post(billing, owing, **fields)
    assert answer.status_code == 422
    text = words(answer)
    assert said in text
    assert f'value="{fields.get("amount", "")}"' in text or not fields.get("amount")
    assert Balance.objects.get().amount == Decimal(80)


def test_an_arrangement_frees_the_case_at_once_and_ends_when_billing_says(practice, billing):
    client = former()
    client.balance.amount = Decimal(80)
    client.balance.save()
    case = start(practice, client)
    for key in ("ending", "demographics", "insurance", "portal"):
        do(case, key, practice.csr)
    assert Return.objects.get().stage == "blocked_balance"
    assert post(billing, client, "arrange", terms="$20 a month").status_code == 302
    arrangement = Arrangement.objects.get()
    assert (arrangement.amount, arrangement.made_by) == (Decimal(80), practice.billing)
    assert Return.objects.get().stage == "ready_to_match"
    assert "$20 a month" in words(signed_in(practice.csr).get(reverse("client", args=[client.pk])))
    assert post(billing, client, "end", arrangement=arrangement.pk).status_code == 302
    assert Return.objects.get().stage == "blocked_balance"


def test_a_balance_that_is_cleared_frees_the_case_at_once(practice, billing):
    client = former()
    client.balance.amount = Decimal(80)
    client.balance.save()
    case = start(practice, client)
    do(case, "ending", practice.csr)
    assert Return.objects.get().stage == "blocked_balance"
    post(billing, client, amount="0", no_show_fees="")
    assert Return.objects.get().stage != "blocked_balance"


def test_a_new_arrangement_takes_the_place_of_the_old(billing, owing):
    for terms in ("$20 a month", "$10 a month"):
        assert post(billing, owing, "arrange", terms=terms).status_code == 302
    assert Arrangement.objects.get(ended_at__isnull=True).terms == "$10 a month"
    assert Arrangement.objects.count() == 2


def test_nothing_owed_is_nothing_to_arrange(billing):
    for client in (ClientFactory(), BalanceFactory().client):
        answer = post(billing, client, "arrange", terms="$20 a month")
        assert answer.status_code == 422 and "Nothing is owed" in words(answer)


def test_an_arrangement_says_what_was_arranged(billing, owing):
    for terms in ("", "   ", "x" * 501):
        assert post(billing, owing, "arrange", terms=terms).status_code == 422
    assert not Arrangement.objects.exists()


def test_an_arrangement_ends_once(billing, owing):
    arrangement = ArrangementFactory(client=owing)
    assert post(billing, owing, "end", arrangement=arrangement.pk).status_code == 302
    answer = post(billing, owing, "end", arrangement=arrangement.pk)
    assert answer.status_code == 409 and "ended this arrangement first" in words(answer)


@pytest.mark.parametrize("number", ["", "x", "²", "-1", "9" * 5000, "1e3", "\x00"])
def test_an_arrangement_that_is_not_there_is_refused(billing, owing, number):
    answer = post(billing, owing, "end", arrangement=number)
    assert answer.status_code in (404, 422)
    assert "no such arrangement" in words(answer) or "cannot be kept" in words(answer)


@pytest.mark.parametrize("role", [role for role in Role if Can.CLEAR_BALANCES not in MAY[role]])
def test_money_is_billings(owing, role):
    browser = signed_in(UserFactory(roles=[role]))
    for press, fields in (("set", {"amount": "0"}), ("arrange", {"terms": "none"}), ("end", {"arrangement": "1"})):
        assert post(browser, owing, press, **fields).status_code == 403
    assert Balance.objects.get().amount == Decimal(80) and not Arrangement.objects.exists()


def test_a_client_who_is_not_there_is_not_found(billing):
    assert post(billing, 10**18, amount="0").status_code == 404
