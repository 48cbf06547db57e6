"""What a number's new value would alter is counted before it is saved, and what was decided keeps its number."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from caseload.models import Suggestion, Sweep
from caseload.sweeps import sweep
from lwg_intake import dates
from lwg_intake.audit.models import Event
from lwg_intake.checklists.models import Tick
from lwg_intake.dates import months_before
from lwg_intake.policy.effects import foresee
from lwg_intake.policy.numbers import NUMBERS
from lwg_intake.policy.values import change, values
from lwg_intake.records.models import Balance, Client
from tests.factories.records import AppointmentFactory, AssignmentFactory
from tests.returning.conftest import former
from tests.returning.deeds import do, start, up_to_match

pytestmark = pytest.mark.django_db


def words(key, value):
    return [effect.words for effect in foresee(key, values(), value).effects]


def test_the_intake_rule_counts_the_returns_whose_next_visit_would_be_another(practice):
    client = former(last_intake_on=months_before(dates.today(), 10))
    start(practice, client)
    start(practice, former("C-2", last_intake_on=months_before(dates.today(), 3)))
    assert "1 open return without a visit yet would begin with an intake." in words("return_intake_months", 10)
    assert "1 open return without a visit yet would begin with an intake." not in words("return_intake_months", 11)
    assert foresee("return_intake_months", values(), 10).clients == 1


def test_the_balance_rule_counts_the_cases_that_become_free(practice):
    case = start(practice, former())
    Balance.objects.update(amount=Decimal("40.00"))
    do(case, "ending", practice.csr)
    assert "1 open case (returning client): a step would no longer be blocked." in words(
        "return_balance_threshold_cents", 4000
    )
    assert not any("no longer" in line for line in words("return_balance_threshold_cents", 3999))


def test_the_age_of_a_check_counts_the_cases_that_show_it_otherwise(practice):
    client = former()
    client.insurance.update(verified_on=dates.today() - timedelta(days=10))
    start(practice, client)
    assert any("would show otherwise" in line for line in words("verification_days", 9))
    assert words("verification_days", 20) == []


def unseen(days):
    assignment = AssignmentFactory(started_on=dates.today() - timedelta(days=200))
    AppointmentFactory(
        client=assignment.client, clinician=assignment.clinician, service=assignment.service, state="kept",
        starts_at=dates.timezone.now() - timedelta(days=days),
    )  # fmt: skip
    Client.objects.filter(pk=assignment.client_id).update(plan_updated_on=dates.today())
    return assignment


def test_the_nights_rule_counts_the_suggestions_more_and_less_and_leaves_nothing_behind():
    unseen(25), unseen(40)
    assert words("inactive_days", 20) == ["Suggestions opened tonight that the old value would not open: 1."]
    assert words("inactive_days", 50) == ["Suggestions that the old value would open tonight, not opened: 1."]
    sweep()
    assert words("inactive_days", 50) == ["Open suggestions withdrawn tonight: 1."]
    assert foresee("inactive_days", values(), 50).clients == 1
    assert (Suggestion.objects.count(), Sweep.objects.count()) == (1, 1)
    assert Event.objects.filter(verb="caseload.swept").count() == 1


def test_who_would_become_a_minor_is_counted_under_care_only(practice):
    young = AssignmentFactory(client__dob=months_before(dates.today(), 12 * 18 + 6))
    AssignmentFactory(client__dob=young.client.dob, ended_on=dates.today())
    assert "1 client under care would count as minors: whom to call, and who decides, changes." in words(
        "minor_until_years", 19
    )
    assert not any("minors" in line for line in words("minor_until_years", 18))


def test_every_number_can_be_asked_for(practice):
    start(practice, former())
    for key, number in NUMBERS.items():
        for value in (number.least, number.most):
            assert foresee(key, values(), value).cases >= 0, key


def test_what_was_decided_keeps_the_number_it_was_made_with(practice):
    """A change from today on: the tick and the suggestion of before still say by which number they were made."""
    unseen(40)
    sweep()
    case = start(practice, former())
    up_to_match(case, practice)
    ticks = list(Tick.objects.order_by("pk").values())
    suggestions = list(Suggestion.objects.order_by("pk").values("policy", "evidence", "status"))
    assert suggestions[0]["policy"]["inactive_days"] == 30
    for key, value in (("inactive_days", 35), ("return_balance_threshold_cents", 500), ("return_intake_months", 1)):
        change(key=key, value=value, effective_on=dates.today(), note="", by=practice.manager)
    assert list(Tick.objects.order_by("pk").values()) == ticks
    assert list(Suggestion.objects.order_by("pk").values("policy", "evidence", "status")) == suggestions
    assert values(date(2020, 1, 1))["inactive_days"] == 30
