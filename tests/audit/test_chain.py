"""The chain over the audit: it names what was altered, what is missing and what was cut, and is quiet otherwise."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from lwg_intake.audit import chain
from lwg_intake.audit.chain import seal, verify
from lwg_intake.audit.models import Event, Head, Link
from lwg_intake.audit.record import record
from lwg_intake.records.models import Client
from tests.at_once import at_once
from tests.factories.audit import RowChangeFactory
from tests.factories.records import ClientFactory
from tests.owner import guards_aside


def events(count=5):
    return [record("client.opened", by=None, client_id=n, shown=[1, 2.5, "é", None]) for n in range(count)]


def by_hand(sql, *parameters, table="audit_event"):
    """What somebody with the owner's rights does to the table, past its triggers."""
    with guards_aside(table) as cursor:
        cursor.execute(sql, parameters)


def found():
    return [str(finding) for finding in verify().findings]


@pytest.fixture(autouse=True)
def nothing_before(request):
    """An empty audit: what the migrations wrote has no place in these chains."""
    if "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
        for table in ("audit_head", "audit_link", "audit_rowchange", "audit_event"):
            by_hand(f"DELETE FROM {table}", table=table)


@pytest.fixture
def sealed(db):
    made = events()
    seal()
    return made


def test_each_event_gets_its_place_once(db):
    made = events()
    assert (seal(), seal()) == (5, 0)
    assert list(Link.objects.order_by("position").values_list("position", "event_id")) == [
        (n + 1, event.pk) for n, event in enumerate(made)
    ]
    told = verify()
    assert (told.links, told.waiting, told.findings) == (5, 0, [])


def test_the_chain_goes_on_in_batches_where_it_ended(db, monkeypatch):
    monkeypatch.setattr(chain, "BATCH", 2)
    events(5)
    assert seal() == 5 and Head.objects.count() == 3
    events(2)
    assert seal() == 2 and verify().findings == []


def test_what_waits_for_its_place_is_counted_and_is_no_fault(sealed):
    events(3)
    told = verify()
    assert (told.links, told.waiting, told.findings) == (5, 3, [])


def test_a_number_that_a_rolled_back_deed_used_up_is_no_missing_row(sealed):
    with transaction.atomic():
        record("case.opened", by=None)
        transaction.set_rollback(True)
    events(1)
    seal()
    numbers = list(Link.objects.order_by("position").values_list("event_id", flat=True))
    assert numbers[-1] - numbers[-2] == 2
    assert found() == []


def test_an_event_that_came_late_gets_a_later_place(sealed):
    """A long deed's event has a low number and appears after higher ones were sealed."""
    late = sealed[2].pk + 1000
    by_hand("UPDATE audit_event SET id = %s WHERE id = %s", late + 1, sealed[4].pk)
    by_hand("DELETE FROM audit_link WHERE position > 4", table="audit_link")
    by_hand("DELETE FROM audit_head", table="audit_head")
    seal()
    Event.objects.create(id=late, verb="import.file", actor_name="the program", record="", origin="test")
    assert seal() == 1 and found() == []


def test_only_the_nightly_run_looks_for_what_came_later_than_half_a_day(sealed):
    by_hand("UPDATE audit_head SET sealed_at = %s", datetime(2020, 1, 1, tzinfo=UTC), table="audit_head")
    by_hand("UPDATE audit_head SET through = through + 50", table="audit_head")
    Event.objects.create(id=sealed[-1].pk + 10, verb="import.file", actor_name="the program", record="", origin="test")
    assert seal() == 0 and verify().waiting == 1
    assert seal(everything=True) == 1 and found() == []


@pytest.mark.parametrize(
    "change",
    [
        "verb = 'case.opened'",
        "actor_name = 'Somebody else'",
        "actor_id = 7",
        "client_id = 99",
        "record = 'records.balance'",
        "record_id = 5",
        "origin = '192.0.2.9'",
        "at = at + interval '1 microsecond'",
        'values = \'{"shown": [1, 2.5, "e", null]}\'',
    ],
)
def test_an_altered_event_is_named_whichever_value_it_is(sealed, change):
    by_hand(f"UPDATE audit_event SET {change} WHERE id = %s", sealed[2].pk)
    assert found() == [f"altered: event {sealed[2].pk}, at place 3"]


def test_a_missing_event_is_named(sealed):
    by_hand("DELETE FROM audit_event WHERE id = %s", sealed[1].pk)
    assert found() == [f"missing: event {sealed[1].pk}, at place 2"]


def test_an_event_that_vanished_with_its_link_is_named_by_its_place(sealed):
    by_hand("DELETE FROM audit_event WHERE id IN (%s, %s)", sealed[1].pk, sealed[2].pk)
    by_hand("DELETE FROM audit_link WHERE position IN (2, 3)", table="audit_link")
    assert found() == [f"missing: places 2 to 3 of the chain, before event {sealed[3].pk}"]


def test_a_cut_end_is_named(sealed):
    by_hand("DELETE FROM audit_event WHERE id >= %s", sealed[3].pk)
    by_hand("DELETE FROM audit_link WHERE position > 3", table="audit_link")
    assert found() == ["cut: the chain ends at place 3, and was sealed up to 5"]


def test_a_cut_end_with_its_heads_shows_by_a_head_kept_outside(sealed):
    outside = verify().head
    events(1)
    seal()
    outside = verify().head
    by_hand("DELETE FROM audit_event WHERE id > %s", sealed[4].pk)
    by_hand("DELETE FROM audit_link WHERE position > 5", table="audit_link")
    by_hand("DELETE FROM audit_head WHERE position > 5", table="audit_head")
    assert found() == []
    assert [str(f) for f in verify(outside).findings] == [
        "cut: the chain ends at place 5, and the head kept outside stands at 6"
    ]


def test_a_chain_made_anew_over_changed_events_does_not_pass(sealed):
    """Whoever lacks the secret key can recompute the links, but sign no head."""
    by_hand("UPDATE audit_event SET actor_name = 'Nobody' WHERE id = %s", sealed[0].pk)
    by_hand("DELETE FROM audit_link", table="audit_link")
    heads = list(Head.objects.values())
    by_hand("DELETE FROM audit_head", table="audit_head")
    seal()
    by_hand("DELETE FROM audit_head", table="audit_head")
    Head.objects.bulk_create(Head(**head) for head in heads)
    assert found() == ["altered: the chain up to place 5 is not the one that was sealed"]
    by_hand("UPDATE audit_head SET digest = (SELECT digest FROM audit_link WHERE position = 5)", table="audit_head")
    assert found() == [
        "altered: places 1 to 5 were added by something else: no head covers them",
        "altered: the head at place 5: this program did not sign it",
    ]


def test_links_added_by_hand_are_named(sealed):
    extra = events(1)[0]
    Link.objects.create(position=6, event_id=extra.pk, digest="a" * 64)
    assert found() == [
        f"altered: event {extra.pk}, at place 6",
        "altered: places 6 to 6 were added by something else: no head covers them",
    ]


def test_a_head_that_runs_ahead_is_not_believed(sealed, caplog):
    """Whoever can write to the tables can add a head, but sign none: the chain goes on from its own."""
    true = verify().head
    Head.objects.create(position=1_000, digest="b" * 64, signature="c" * 64, through=10**9, rows_through=10**9)
    told = verify()
    assert told.head == true
    assert [str(f) for f in told.findings] == ["altered: the head at place 1000: this program did not sign it"]
    events(1)
    with caplog.at_level("INFO"):
        assert seal() == 1
    assert "Audit sealed up to 1000" not in caplog.text and verify().head.startswith("6 ")


def test_a_row_change_has_its_place_beside_the_events(sealed):
    client = ClientFactory()
    Client.objects.filter(pk=client.pk).update(city="Laurel")
    assert seal() == 2 and seal() == 0
    assert list(Link.objects.filter(rowchange_id__isnull=False).values_list("position", flat=True)) == [6, 7]
    told = verify()
    assert (told.links, told.waiting, told.findings) == (7, 0, [])


@pytest.mark.parametrize(
    "change",
    [
        'changed = \'{"city": ["Bowie", "Olney"]}\'',
        "db_user = 'somebody else'",
        "client_id = 99",
        "record = 'records_balance'",
        "row_id = 5",
        "rows = 2",
        "xact = 7",
        "deed = 'DELETE'",
        "at = at + interval '1 microsecond'",
    ],
)
def test_an_altered_row_change_is_named_whichever_value_it_is(sealed, change):
    rows = [RowChangeFactory() for _ in range(3)]
    seal()
    by_hand(f"UPDATE audit_rowchange SET {change} WHERE id = %s", rows[1].pk, table="audit_rowchange")
    assert found() == [f"altered: row change {rows[1].pk}, at place 7"]


def test_a_missing_and_a_cut_row_change_are_named(sealed):
    rows = [RowChangeFactory() for _ in range(3)]
    seal()
    by_hand("DELETE FROM audit_rowchange WHERE id = %s", rows[0].pk, table="audit_rowchange")
    assert found() == [f"missing: row change {rows[0].pk}, at place 6"]
    by_hand("DELETE FROM audit_rowchange WHERE id = %s", rows[2].pk, table="audit_rowchange")
    by_hand("DELETE FROM audit_event WHERE id > %s", sealed[-1].pk)
    by_hand("DELETE FROM audit_link WHERE position > 7", table="audit_link")
    assert found()[-1] == "cut: the chain ends at place 7, and was sealed up to 9"


def test_the_command_says_what_it_found_and_ends_with_one(sealed):
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert (
        "5 events and row changes in the chain, 0 waiting" in out.getvalue() and "as it was written" in out.getvalue()
    )
    by_hand("DELETE FROM audit_event WHERE id = %s", sealed[1].pk)
    out = StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("verify_audit", stdout=out)
    assert ended.value.code == 1 and f"missing: event {sealed[1].pk}, at place 2" in out.getvalue()
    assert "1 thing is not as it was written." in out.getvalue()


def test_a_head_that_is_none_is_refused_in_a_sentence(sealed):
    with pytest.raises(CommandError, match="A head is a position"):
        call_command("verify_audit", head="five")


AS_WRITTEN = {
    "actor_name": "x", "verb": "client.opened", "record": "", "origin": "x", "values": {}, "xact": 1, "deed": "UPDATE",
    "row_id": 1, "rows": 1, "changed": {}, "db_user": "x",
}  # fmt: skip


@pytest.mark.parametrize("at", ["infinity", "-infinity", "1969-12-31", "2200-01-02", "20000-01-01"])
@pytest.mark.parametrize("table", ["audit_event", "audit_rowchange"])
def test_a_row_of_no_moment_is_refused(at, table):
    with pytest.raises(IntegrityError, match="at_is_sensible"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s)).*",
            [json.dumps(AS_WRITTEN | {"id": 10**6, "at": at})],
        )


UNREADABLE = ["9" * 5_000, f"{'[' * 3_000}{']' * 3_000}"]


@pytest.mark.parametrize("value", UNREADABLE)
def test_a_row_that_cannot_be_read_has_its_place_as_any_other(sealed, value):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_event (at, actor_name, verb, record, origin, values) "
            "VALUES (now(), 'x', 'client.opened', '', 'x', %s) RETURNING id",
            [f'{{"a": {value}}}'],
        )
        (pk,) = cursor.fetchone()
    events(1)
    assert seal() == 2 and found() == []
    assert Event.objects.get(pk=pk).values == {"values": "cannot be read"}
    by_hand("UPDATE audit_event SET values = values || '{\"b\": 1}' WHERE id = %s", pk)
    assert found() == [f"altered: event {pk}, at place 6"]


@pytest.mark.parametrize(
    "change", [*(f"values = '{{\"a\": {value}}}'" for value in UNREADABLE), "at = 'infinity'", "at = '20000-01-01'"]
)
def test_a_row_that_was_made_unreadable_is_named_and_the_others_are_read_on(sealed, change):
    with guards_aside("audit_event") as cursor:
        cursor.execute("ALTER TABLE audit_event DROP CONSTRAINT event_at_is_sensible")
        cursor.execute(f"UPDATE audit_event SET {change} WHERE id = %s", [sealed[1].pk])
    by_hand("DELETE FROM audit_event WHERE id = %s", sealed[3].pk)
    assert found() == [f"altered: event {sealed[1].pk}, at place 2", f"missing: event {sealed[3].pk}, at place 4"]


def test_at_the_place_of_an_old_head_it_is_said_and_the_chain_goes_past_it(sealed):
    by_hand("DELETE FROM audit_event WHERE id >= %s", sealed[3].pk)
    by_hand("DELETE FROM audit_link WHERE position > 3", table="audit_link")
    events(2)
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("verify_audit", seal=True, stdout=out)
    assert "A head stands at place 5 already, of a chain that was cut" in out.getvalue()
    assert "cut: the chain ends at place 3, and was sealed up to 5" in out.getvalue()
    events(1)
    assert seal() == 3
    assert found() == ["altered: the chain up to place 5 is not the one that was sealed"]


def test_what_has_waited_for_long_is_said(sealed):
    def said():
        out = StringIO()
        call_command("verify_audit", stdout=out)
        return out.getvalue()

    events(1)
    assert "1 waiting." in said() and "Warning" not in said()
    RowChangeFactory(at=datetime.now(UTC) - timedelta(hours=2))
    assert "2 waiting." in said() and "Warning: 1 of these for more than an hour." in said()


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_once_make_one_chain():
    events(50)
    there = verify().waiting
    counts = at_once(seal, seal, seal)
    assert sum(counts) == there or seal() == there - sum(counts)
    assert (verify().links, found()) == (there, [])


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_is_still_under_way_is_neither_waited_for_nor_lost():
    def sealing():
        events(1)
        return seal()

    seal()
    with transaction.atomic():
        events(1)
        began = datetime.now(UTC)
        assert at_once(sealing) == [1]
        assert datetime.now(UTC) - began < timedelta(seconds=10)
    assert seal() == 1 and found() == []
