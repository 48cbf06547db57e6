"""Who is offered to a client, and why not: no database."""

from dataclasses import replace
from datetime import date

import pytest

from lwg_intake.records.matching import Needs, Offer, left_out, rank

DAY = date(2026, 12, 1)
NEEDS = Needs(service="therapy", on=DAY, state="MD", payer="Cigna", payer_class="commercial", dob=date(2000, 1, 1))
OSEI = Offer(
    pk=1, name="Abena Osei", kind="therapist", email="", states=("MD",), payers=("Cigna",), services=("therapy",),
    specialties=("grief", "anxiety"), languages=("English", "French"), ages=("18+",), openings=("Tue 10:00",),
    gender="female", modality="both", employment="part_time", capacity=20, accepting_new=True, last_day=None, taken=10,
)  # fmt: skip


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"accepting_new": False}, "takes no new clients"),
        ({"services": ("medication",)}, "does not offer therapy"),
        ({"states": ("VA",)}, "is not licensed in MD"),
        ({"payers": ("Cigna@VA",)}, "does not take Cigna in MD"),
        ({"ages": ("6-17",)}, "sees ages 6-17 only"),
        ({"taken": 20}, "is full (20 of 20)"),
        ({"last_day": DAY}, "leaves on 2026-12-01"),
    ],
)
def test_each_hard_rule_says_why(change, reason):
    assert left_out(NEEDS, OSEI._replace(**change)) == [reason]


@pytest.mark.parametrize(
    "change",
    [
        {"services": ()}, {"states": ()}, {"payers": ()}, {"ages": ()}, {"capacity": None}, {"accepting_new": None},
    ],
)  # fmt: skip
def test_what_is_unknown_excludes_nobody(change):
    assert left_out(NEEDS, OSEI._replace(**change)) == []


def test_the_clinician_whom_the_client_leaves_is_not_offered():
    assert left_out(replace(NEEDS, not_clinicians=(1,)), OSEI)


def test_self_pay_is_taken_by_everyone():
    assert left_out(replace(NEEDS, payer="Self-pay", payer_class="self_pay"), OSEI) == []


def test_wishes_come_first_then_full_time_then_free_places():
    full_time = OSEI._replace(pk=2, name="B", employment="full_time", specialties=(), taken=19)
    roomy = OSEI._replace(pk=3, name="C", specialties=(), taken=0)
    tight = OSEI._replace(pk=4, name="D", specialties=(), taken=15)
    fits, out = rank(replace(NEEDS, specialties=("grief",)), [tight, roomy, full_time, OSEI])
    assert [fit.offer.pk for fit in fits] == [1, 2, 3, 4]
    assert "works with grief" in fits[0].reasons
    assert out == []


def test_whoever_is_left_out_is_listed_with_the_reasons():
    fits, out = rank(NEEDS, [OSEI._replace(states=("VA",), taken=20)])
    assert not fits
    assert out[0].against == ("is not licensed in MD", "is full (20 of 20)")
