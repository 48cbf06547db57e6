"""`manage.py procedure`, as a manager reads it."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from lwg_intake.checklists.registry import wing_of
from lwg_intake.policy.models import Setting


@pytest.mark.django_db
def test_the_procedure_says_who_what_when_and_the_gates(capsys):
    call_command("procedure", "returning")
    text = capsys.readouterr().out
    for step in wing_of("returning").procedure.steps:
        assert step.title in text
    assert "Manager, but never who started the case" in text
    assert "988" in text
    assert "12 calendar months" in text


@pytest.mark.django_db
def test_it_prints_the_numbers_as_they_hold_today(capsys):
    Setting.objects.create(key="return_intake_months", value=9, effective_on=date(2026, 1, 1), source="a manager")
    call_command("procedure", "returning")
    assert "9 calendar months" in capsys.readouterr().out


def test_an_unknown_procedure_is_answered_with_those_there_are():
    with pytest.raises(CommandError, match="returning"):
        call_command("procedure", "banking")


def test_every_gate_says_in_words_what_it_asks():
    for step in wing_of("returning").procedure.steps:
        for rule in (step.gate, step.when):
            assert rule is None or rule.__doc__, f"{step.key}: {rule}"
