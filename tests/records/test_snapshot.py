"""The client's record as read in one statement is the record as the models give it."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import models

from lwg_intake.records.snapshot import snapshot
from tests.factories.records import (
    AppointmentFactory,
    ArrangementFactory,
    AssignmentFactory,
    BalanceFactory,
    ClientFactory,
    ClinicianFactory,
    DocumentFactory,
    EpisodeFactory,
    InsurancePolicyFactory,
    RemovalFactory,
    TerminationFactory,
)

pytestmark = pytest.mark.django_db


def values(row: models.Model) -> dict[str, object]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def test_every_column_comes_as_the_models_give_it() -> None:
    client = ClientFactory()
    clinician = ClinicianFactory(specialties=["Grief", 'Says "hello"'], openings=[], capacity=None)
    AssignmentFactory(client=client, clinician=clinician)
    AssignmentFactory(client=client, started_on=date(2020, 2, 29), ended_on=date(2021, 1, 1))
    TerminationFactory(client=client, clinician=clinician, note="Zoë said: 50%")
    DocumentFactory(client=client, clinician=None)
    DocumentFactory(client=client, clinician=clinician)
    InsurancePolicyFactory(client=client)
    BalanceFactory(client=client, amount=Decimal("12345678.90"), no_show_fees=Decimal("0.10"))
    ArrangementFactory(client=client)
    RemovalFactory(client=client, assignment=client.assignments.get(clinician=clinician))
    AppointmentFactory(client=client, state="no_show", starts_at=datetime(2024, 7, 1, 3, 59, 59, 123456, tzinfo=UTC))

    seen = snapshot(client)

    for name, rows in (
        ("assignments", client.assignments.all()),
        ("terminations", client.terminations.all()),
        ("documents", client.documents.all()),
        ("insurance", client.insurance.all()),
        ("misses", client.appointments.filter(state="no_show")),
        ("removals", client.removals.all()),
    ):
        assert rows, name
        assert [values(row) for row in getattr(seen, name)] == [values(row) for row in rows], name
    assert values(seen.balance) == values(client.balance)
    assert str(seen.balance.amount) == "12345678.90"
    assert values(seen.arrangement) == values(client.arrangements.get())
    assert values(seen.assignments[0].clinician) == values(seen.assignments[0].clinician.__class__.objects.get(
        pk=seen.assignments[0].clinician_id
    ))  # fmt: skip
    assert seen.removals[0].assignment.clinician == clinician


def test_a_client_without_anything_on_record() -> None:
    seen = snapshot(ClientFactory())
    assert (seen.assignments, seen.insurance, seen.misses, seen.balance, seen.episode) == ([], [], [], None, None)
    assert (seen.last_seen_on, seen.next_visit_on, seen.last_contact_on, seen.omhc_on) == (None, None, None, None)


def test_another_clients_rows_stay_out() -> None:
    for factory in (AssignmentFactory, TerminationFactory, DocumentFactory, AppointmentFactory):
        factory()
    seen = snapshot(ClientFactory())
    assert not (seen.assignments or seen.terminations or seen.documents or seen.misses or seen.last_seen_on)


@pytest.mark.parametrize(("hour", "day"), [(3, date(2024, 7, 1)), (4, date(2024, 7, 2))])
def test_a_day_is_the_practices_own(hour: int, day: date) -> None:
    client = ClientFactory()
    AppointmentFactory(client=client, state="kept", starts_at=datetime(2024, 7, 2, hour, 0, tzinfo=UTC))
    assert snapshot(client).last_seen_on == day


def test_misses_before_the_last_episode_do_not_count() -> None:
    client = ClientFactory()
    EpisodeFactory(client=client, started_on=date(2024, 7, 2))
    for hour in (3, 4):
        AppointmentFactory(client=client, state="no_show", starts_at=datetime(2024, 7, 2, hour, 0, tzinfo=UTC))
    assert len(snapshot(client).misses) == 1


def test_two_statements(django_assert_num_queries) -> None:
    client = ClientFactory()
    for _ in range(3):
        AssignmentFactory(client=client), TerminationFactory(client=client)
    with django_assert_num_queries(2):
        seen = snapshot(client)
        assert [str(a.clinician) for a in seen.assignments] and [str(t.clinician) for t in seen.terminations]
