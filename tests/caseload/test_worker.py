"""A real worker on a real Redis, killed in the middle of the night's sweep: what it was to do is done, once."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, transaction
from kombu import Connection

from caseload.models import Suggestion, Sweep
from caseload.sweeps import sweep
from caseload.tasks import nightly_sweep
from lwg_intake import dates
from lwg_intake.audit.models import Event as Audited
from lwg_intake.records.models import Assignment
from tests.caseload.practice import assigned

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not shutil.which("redis-server"), reason="redis-server is not on this machine"),
]
COUNT = 30
# One that is alone need not wait a second for others to answer.
ALONE = ("--pool=custom", "--concurrency=1", "--without-mingle")


def until(true: Callable[[], Any], what: str, seconds: float = 40) -> Any:
    end = time.monotonic() + seconds
    while not (answer := true()):
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)
    return answer


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--dir", str(tmp_path), "--save", ""],
        stdout=subprocess.DEVNULL,
    )
    try:
        until(lambda: _listens(port), "Redis")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def worker(redis: str, tmp_path: Path) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """Starts workers, each the leader of a group of its own; none outlives the test."""
    started: list[subprocess.Popen[bytes]] = []
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.caseload.worker_settings",
        "LWG_BROKER_URL": redis,
        "CELERY_CUSTOM_WORKER_POOL": "tests.caseload.worker_pool:Watchful",
        "LWG_WORKER_DATABASE": connection.settings_dict["NAME"],
    }

    def start() -> subprocess.Popen[bytes]:
        with (tmp_path / f"worker{len(started)}.log").open("wb") as log:
            started.append(
                subprocess.Popen(
                    [sys.executable, "-m", "celery", "-A", "lwg_intake", "--skip-checks", "worker", *ALONE],
                    cwd=ROOT,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            )
        return started[-1]

    yield start
    for process in started:
        _kill_group(process)


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(10)


def _kill_child(process: subprocess.Popen[bytes]) -> None:
    """Only the process that runs the task; the one that hands tasks out lives on."""
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    assert children


def _is_in_the_middle() -> bool:
    """A sweep has inserted what it could, and waits for the assignment that somebody holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()"
            " AND wait_event_type = 'Lock' AND query LIKE '%%INSERT INTO caseload_suggestion%%')"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("kill, starts_again", [(_kill_child, False), (_kill_group, True)])
def test_a_killed_sweep_is_done_in_the_end_and_once(
    redis: str,
    worker: Callable[[], subprocess.Popen[bytes]],
    kill: Callable[[subprocess.Popen[bytes]], None],
    starts_again: bool,
) -> None:
    for _ in range(COUNT):
        assigned(dates.today() - timedelta(days=40), client__plan_updated_on=dates.today())
    held, let_go = Event(), Event()

    def hold() -> None:
        with transaction.atomic():
            Assignment.objects.select_for_update().order_by("-pk").first()
            held.set()
            let_go.wait(90)
        connection.close()

    holder = Thread(target=hold)
    holder.start()
    try:
        assert held.wait(30)
        first = worker()
        with Connection(redis) as broker:
            nightly_sweep.apply_async(connection=broker)
        until(_is_in_the_middle, "the middle of a sweep")
        kill(first)
        assert not Suggestion.objects.exists()
    finally:
        let_go.set()
        holder.join(30)
    if starts_again:
        worker()
    until(lambda: Suggestion.objects.count() == COUNT, "the sweep of whoever took it up")
    time.sleep(1)
    assert Suggestion.objects.filter(status="open", ground="inactive").count() == COUNT
    assert sum(Sweep.objects.values_list("opened", flat=True)) == COUNT
    assert sum(event.values["opened"] for event in Audited.objects.filter(verb="caseload.swept")) == COUNT
    assert sweep().opened == []
