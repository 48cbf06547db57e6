"""A small practice for the returns: people with the roles, two clinicians, and a former client."""

from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.records.models import Assignment, Balance, Client, Clinician, InsurancePolicy, Termination


def person(email, *roles):
    return User.objects.create_user(f"{email}@example.com", "a-long-password", first_name=email.title(), roles=roles)


def former(ref="C-1", category="none", **fields):
    """A client whose therapy with Osei ended half a year ago."""
    values = {
        "first_name": "Marisol", "last_name": "Quintero", "dob": date(1990, 4, 2), "phone": "(410) 555-0142",
        "email": "marisol@example.com", "address": "12 Elm Ct", "city": "Laurel", "state": "MD",
        "postal_code": "20707", "portal": "active", "last_intake_on": date(2024, 1, 10),
    } | fields  # fmt: skip
    client = Client.objects.create(ref=ref, **values)
    osei = Clinician.objects.get(ref="T-1")
    ended = dates.today() - timedelta(days=180)
    Assignment.objects.create(
        client=client, clinician=osei, service="therapy", started_on=date(2024, 1, 10), ended_on=ended
    )
    Termination.objects.create(
        client=client, clinician=osei, service="therapy", ended_on=ended, category=category, ground="Stopped coming"
    )
    InsurancePolicy.objects.create(
        client=client, payer="Cigna", payer_class="commercial", state="MD", member_id="M1", active="yes",
        verified_on=dates.today(),
    )  # fmt: skip
    Balance.objects.create(client=client, amount=Decimal(0), as_of=dates.today())
    return client


@pytest.fixture
def practice(db):
    osei = Clinician.objects.create(
        ref="T-1", first_name="Abena", last_name="Osei", kind="therapist", email="osei@example.com", states=["MD"],
        payers=["Cigna", "Maryland Medicaid"], services=["therapy"], capacity=20, accepting_new=True,
        employment="full_time",
    )  # fmt: skip
    duarte = Clinician.objects.create(
        ref="T-2", first_name="Luis", last_name="Duarte", kind="therapist", email="duarte@example.com", states=["MD"],
        payers=["Cigna", "Maryland Medicaid"], services=["therapy"], capacity=1, accepting_new=True,
        employment="part_time",
    )  # fmt: skip
    return SimpleNamespace(
        csr=person("casey", "csr"), other_csr=person("robin", "csr"), manager=person("morgan", "manager"),
        billing=person("bo", "billing"), clinician=person("cleo", "clinician"), osei=osei, duarte=duarte,
    )  # fmt: skip


ANSWERS = {
    "ending": {"category": "none", "severe": False, "summary": ""},
    "commitment": {"committed_on": "2026-01-05", "how": "phone", "words": "To come to every visit."},
    "demographics": {
        "email": "marisol@example.com", "phone": "(410) 555-0142", "address": "12 Elm Ct", "city": "Laurel",
        "state": "MD", "postal_code": "20707",
    },
    "insurance": {
        "active": "yes", "changed": "no", "payer": "Cigna", "payer_class": "commercial", "state": "MD",
        "member_id": "M1", "billing_updated": False,
    },
    "balance": {"seen": "0", "told": False},
    "portal": {"portal": "active", "forms_state": "complete", "sent": []},
    "match": {"specialties": "", "language": "", "gender": "", "modality": "", "times": ""},
    "assignment": {"started_on": "", "done": True},
    "notice": {},
    "removal": {},
    "tracker": {},
    "note": {"party": "Marisol Quintero (client)", "method": "phone", "reason": "Return request", "minutes": 20,
             "details": "All done."},
}  # fmt: skip
