"""Single rows of reports of other systems: what is said of one that is left out, and which are passed over."""

from datetime import date

import pytest

from tests.factories.access import UserFactory
from tests.factories.records import ClientFactory, ClinicianFactory
from tests.imports import reports
from tests.imports.test_foreign import checked, decide, figures

VISIT = "Ada Brightwater", "Naomi Clarke", "03/02/2026", "Show"


@pytest.fixture
def admin(client, db):
    user = UserFactory(roles=["administrator"], first_name="Kim", last_name="Lee")
    client.force_login(user)
    return user


@pytest.fixture
def ada(db):
    return ClientFactory(ref="LW-1", first_name="Ada", last_name="Brightwater", dob=date(1988, 3, 7))


@pytest.fixture
def naomi(db):
    return ClinicianFactory(ref="CL-1", first_name="Naomi", last_name="Clarke", kind="therapist")


def page_of(client, run):
    return client.get(f"/imports/{run.pk}/").content.decode()


@pytest.mark.parametrize(
    ("verdict", "said"), [("skipped", "to leave this person out:"), ("different", "that this is nobody on record,")]
)
def test_a_visit_of_somebody_decided_about_says_who_decided_and_where_to_ask_again(
    client, admin, ada, naomi, verdict, said
):
    run = checked(client, "a.csv", reports.attendance(VISIT))
    decide(client, run, verdict)
    page = page_of(client, run)
    assert "It was decided by Kim Lee on " in page and said in page
    assert "No client on record has this name" not in page
    assert "choose “Ask again” under “See the answers”" in page and "See the answers</a>" in page
    decide(client, run, "open")
    decide(client, run, f"same:{ada.pk}")
    assert figures(run) == (1, 0, 0, 0)
