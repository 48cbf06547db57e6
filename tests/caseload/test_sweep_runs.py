"""A sweep as it runs: its cost, beside another, beside people, and by its command."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from io import StringIO
from threading import Event, Thread
from time import sleep
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from celery.schedules import crontab
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from caseload import sweeps
from caseload.models import Snooze, Suggestion, Sweep
from caseload.sweeps import sweep
from caseload.tasks import nightly_sweep
from lwg_intake import dates
from lwg_intake.audit.models import Event as Audited
from lwg_intake.celery import TIMETABLE
from lwg_intake.errors import Refusal
from lwg_intake.records.models import Assignment
from tests.at_once import at_once
from tests.caseload.practice import TODAY, ago, assigned, grounds, rang, visit, why
from tests.factories.access import UserFactory
from tests.factories.records import ClientFactory, ClinicianFactory

pytestmark = pytest.mark.django_db
really = pytest.mark.django_db(transaction=True)


def many(count: int) -> None:
    """Assignments of all kinds: silent, trying, missing, unresolved, booked, with a plan overdue."""
    clinician = ClinicianFactory()
    for n in range(count):
        mine = assigned(clinician=clinician, client=ClientFactory())
        if n % 5 == 1:
            rang(mine, ago(3))
        if n % 5 > 1:
            for days in (60, 50, 40):
                visit(mine, ago(days), ("no_show", "scheduled", "kept")[n % 5 - 2])


def test_the_statements_are_as_many_for_10_as_for_300() -> None:
    many(10)
    few = sweep(TODAY)
    many(290)
    lots = sweep(TODAY)
    assert len(lots.opened) > 300
    assert lots.statements == few.statements == sweep(TODAY + timedelta(days=1)).statements <= 12


def test_a_run_is_kept_and_audited() -> None:
    assigned()
    found = sweep(TODAY)
    run, event = Sweep.objects.get(), Audited.objects.get(verb="caseload.swept")
    assert (run.judged_on, run.opened, run.withdrawn, run.guarded) == (TODAY, 1, 0, 0)
    assert run.statements == found.statements
    assert event.values == {"day": str(TODAY), "opened": 1, "withdrawn": 0}


def test_a_sweep_whose_event_cannot_be_written_did_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any, **__: Any) -> None:
        raise RuntimeError("no audit")

    assigned()
    monkeypatch.setattr(sweeps, "record", refuse)
    with pytest.raises(RuntimeError):
        sweep(TODAY)
    assert not Suggestion.objects.exists() and not Sweep.objects.exists()


# ---- The command -------------------------------------------------------------------------------------------------
def told(*words: str) -> dict[str, Any]:
    out = StringIO()
    call_command("sweep", f"--on={TODAY}", "--json", *words, stdout=out)
    return json.loads(out.getvalue())


def test_json_has_exactly_these_keys() -> None:
    mine = assigned()
    held = assigned(client__flags=["hold"])
    first = told()
    assert set(first) == {"on", "opened", "withdrawn", "guarded", "seconds", "statements"}
    assert first["on"] == str(TODAY)
    row = {"client_ref": mine.client.ref, "clinician_ref": mine.clinician.ref, "service": "therapy"}
    assert first["opened"] == [row | {"ground": "inactive"}]
    other = {"client_ref": held.client.ref, "clinician_ref": held.clinician.ref, "service": "therapy"}
    assert first["guarded"] == [other | {"ground": "inactive", "guard": "hold"}]
    assert first["seconds"] > 0 and first["statements"] > 0
    visit(mine, ago(1))
    assert told()["withdrawn"] == [row | {"ground": "inactive", "because": "The client came."}]


def test_a_dry_run_tells_and_keeps_nothing() -> None:
    mine, gone = assigned(), assigned()
    Suggestion.objects.create(assignment=gone, ground="missed", opened_on=ago(9))
    dry = told("--dry-run")
    assert {row["client_ref"] for row in dry["opened"]} == {mine.client.ref, gone.client.ref}
    assert len(dry["withdrawn"]) == 1
    assert Suggestion.objects.get().status == "open"
    assert not Sweep.objects.exists() and not Audited.objects.filter(verb="caseload.swept").exists()


def test_in_words() -> None:
    assigned()
    out = StringIO()
    call_command("sweep", f"--on={TODAY}", "--dry-run", stdout=out)
    assert out.getvalue().startswith("2026-09-30: would open 1, withdrew 0, held back 0;")


@pytest.mark.parametrize("day", ["yesterday", "2026-02-30", "0", "30.9.2026"])
def test_what_is_no_day_is_refused_in_a_sentence(day: str) -> None:
    with pytest.raises(CommandError, match="is no day. Write it as year-month-day"):
        call_command("sweep", f"--on={day}")


@pytest.mark.parametrize("day", [date.min, date.max])
def test_the_ends_of_time_are_refused_in_a_sentence(day: date) -> None:
    with pytest.raises(CommandError, match="between 1900 and 2999"):
        call_command("sweep", f"--on={day}")


# ---- Beside another sweep, and beside people ---------------------------------------------------------------------
@contextmanager
def meanwhile(deed: Any) -> Iterator[Event]:
    """Another connection has done a deed and not committed; set the event, and it commits."""
    done, go_on = Event(), Event()

    def run() -> None:
        try:
            with transaction.atomic():
                deed()
                done.set()
                go_on.wait(30)
        finally:
            done.set()
            connection.close()

    other = Thread(target=run)
    other.start()
    assert done.wait(30)
    try:
        yield go_on
    finally:
        go_on.set()
        other.join(30)


@really
def test_four_sweeps_at_once_find_everything_once() -> None:
    many(40)
    answers = at_once(*[lambda: sweep(TODAY)] * 4)
    ran = [answer for answer in answers if not isinstance(answer, Exception)]
    assert ran and all(isinstance(answer, Refusal) for answer in answers if answer not in ran)
    assert sum(len(answer.opened) for answer in ran) == Suggestion.objects.count() > 40


@really
def test_while_one_runs_the_command_says_so_and_the_task_tries_later() -> None:
    assigned()

    def hold() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [sweeps.LOCK])

    with meanwhile(hold):
        with pytest.raises(CommandError, match="Another sweep is running"):
            call_command("sweep", f"--on={TODAY}")
        with pytest.raises(Refusal):
            nightly_sweep()
    assert not Suggestion.objects.exists()


@really
def test_a_booking_not_yet_committed_does_not_wait_and_withdraws_the_next_time() -> None:
    mine = assigned()
    with meanwhile(lambda: visit(mine, TODAY + timedelta(days=3), "scheduled")):
        assert grounds(sweep(TODAY)) == {"inactive"}
    assert why(sweep(TODAY)) == {"inactive": "A visit is booked ahead."}


@really
def test_a_suggestion_being_answered_is_left_to_who_answers() -> None:
    mine = assigned()
    sweep(TODAY)
    visit(mine, ago(1))
    clinician = UserFactory()

    def answer() -> None:
        Suggestion.objects.select_for_update().get()
        Suggestion.objects.update(status="answered", answer="keep", answered_at=timezone.now(), answered_by=clinician)

    with meanwhile(answer):
        assert sweep(TODAY).withdrawn == []
    assert Suggestion.objects.get().status == "answered"


@really
def test_what_is_answered_while_the_night_looks_is_not_asked_again() -> None:
    mine = assigned()
    sweep(TODAY)
    clinician = UserFactory()

    def keep() -> None:
        with transaction.atomic():
            Suggestion.objects.update(
                status="answered", answer="keep", answered_at=timezone.now(), answered_by=clinician
            )
            Snooze.objects.create(
                assignment=mine, ground="inactive", until_on=TODAY + timedelta(days=90), because="Away", by=clinician
            )

    def between(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql == sweeps.OPEN:
            thread = Thread(target=lambda: (keep(), connection.close()))
            thread.start()
            thread.join(30)
        return execute(sql, params, many, context)

    with connection.execute_wrapper(between):
        assert sweep(TODAY).opened == []
    assert Suggestion.objects.get().status == "answered"


@really
def test_a_closing_in_progress_is_waited_for() -> None:
    """The night takes no side: it waits for whoever holds the assignment, and the next night sees the end."""
    mine = assigned()

    def close() -> None:
        held = Assignment.objects.select_for_update().get()
        held.ended_on = TODAY
        held.save()

    with meanwhile(close) as go_on:
        answers: list[Any] = []
        night = Thread(target=lambda: (answers.append(sweep(TODAY)), connection.close()))
        night.start()
        night.join(0.5)
        assert night.is_alive()
        go_on.set()
        night.join(30)
    assert grounds(answers[0]) == {"inactive"}
    assert why(sweep(TODAY)) == {"inactive": "The assignment has ended."}
    assert Suggestion.objects.filter(assignment=mine, status="open").count() == 0


@really
def test_who_holds_an_assignment_can_still_answer_its_suggestion() -> None:
    """The night opens "missed" and would withdraw "inactive" of one assignment: neither waits for ever."""
    mine = assigned()
    sweep(TODAY)
    visit(mine, ago(1))
    for days in (60, 50, 40):
        visit(mine, ago(days), "no_show")
    clinician = UserFactory()
    night_waits = Event()

    def answer() -> None:
        Assignment.objects.select_for_update().get()
        night_waits.wait(30)
        Suggestion.objects.update(status="answered", answer="keep", answered_at=timezone.now(), answered_by=clinician)

    answers: list[Any] = []
    holder = Thread(target=lambda: (_committed(answer, answers), connection.close()))
    holder.start()
    sleep(0.3)
    night = Thread(target=lambda: (_committed(lambda: sweep(TODAY), answers), connection.close()))
    night.start()
    night.join(0.7)
    assert night.is_alive()
    night_waits.set()
    holder.join(30)
    night.join(30)
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert dict(Suggestion.objects.values_list("ground", "status")) == {"inactive": "answered", "missed": "open"}


def _committed(deed: Callable[[], Any], answers: list[Any]) -> None:
    try:
        with transaction.atomic():
            answers.append(deed())
    except Exception as error:
        answers.append(error)


# ---- The timetable -----------------------------------------------------------------------------------------------
def test_the_night_judges_today() -> None:
    assigned(dates.today() - timedelta(days=40), client__plan_updated_on=dates.today())
    assert nightly_sweep() == 1
    assert Sweep.objects.get().judged_on == dates.today()


@pytest.mark.parametrize("day", [date(2026, 3, 8), date(2026, 11, 1), date(2026, 6, 1)])
def test_the_hour_comes_once_every_day_also_when_the_clock_changes(day: date) -> None:
    """Every minute of three days: the entry is due exactly once on each."""
    entry = TIMETABLE["the night's sweep"]
    assert entry["task"] == nightly_sweep.name
    hours: crontab = entry["schedule"]
    zone = ZoneInfo("America/New_York")
    minute = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(ZoneInfo("UTC")) - timedelta(days=1)
    due = []
    for _ in range(3 * 24 * 60):
        local = minute.astimezone(zone)
        if local.hour in hours.hour and local.minute in hours.minute:
            due.append(local.date())
        minute += timedelta(minutes=1)
    assert due == [day - timedelta(days=1), day, day + timedelta(days=1)]
