"""One PostgreSQL for the whole run, started before any test and stopped after the last."""

import gc
import os
import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
from django.conf import settings
from django.db import connection
from pytest_django import DjangoDbBlocker

from lwg_intake.embedded import Cluster, EmbeddedError
from tests.owner import ROLE
from tests.settings import TEST_DATABASE_URL

server = ExitStack()
NO_SKIPS = os.environ.get("LWG_NO_SKIPS") == "1"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_configure(config: pytest.Config) -> None:
    _keep_bytecode()
    is_worker = hasattr(config, "workerinput")
    if is_worker or TEST_DATABASE_URL or config.option.collectonly:
        return
    try:
        cluster = server.enter_context(Cluster(Path(settings.LWG_HOME), durable=False).running())
    except EmbeddedError as error:
        raise pytest.UsageError(str(error)) from error
    _drop_what_killed_runs_left(cluster)


def _keep_bytecode() -> None:
    """Where a person keeps none beside the sources, the tests keep it in a folder of their own.

    They start some sixty programs, each of which would otherwise compile Django anew.
    """
    if sys.dont_write_bytecode:
        sys.dont_write_bytecode, sys.pycache_prefix = False, str(Path(settings.LWG_HOME) / "bytecode")
        os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays to the end: it is not gone through for rubbish again and again."""
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_unconfigure(config: pytest.Config) -> None:
    server.close()


def _drop_what_killed_runs_left(cluster: Cluster) -> None:
    with cluster.connect() as there:
        rows = there.execute(r"SELECT datname FROM pg_database WHERE datname ~ '^test_lwg_\d+(_gw\d+)?$'").fetchall()
    for (name,) in rows:
        if not _is_alive(int(name.split("_")[2])):
            cluster.drop_database(name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    return _no_skip(report)


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    return _no_skip(report)


def _no_skip(report: Report) -> Report:
    """Where everything that a test needs is installed, a skipped test is a failed one."""
    if NO_SKIPS and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome, report.longrepr = "failed", f"{report.nodeid}: nothing may be skipped here ({reason})"
    return report


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The owner makes the database, as in production."""
    connection.settings_dict.update(settings.DATABASE_OWNER)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests run with the rights of the program's own account.

    Those that really commit are cleaned up by TRUNCATE, which append-only tables refuse, and only the owner may use.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            r"SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgname LIKE '%\_no\_truncate'"
        )
        for table, trigger in cursor.fetchall():
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    options = dict(connection.settings_dict["OPTIONS"])
    flush = connection.ops.__class__.execute_sql_flush
    connection.ops.__class__.execute_sql_flush = lambda ops, sql: flush(ops, ["SET LOCAL ROLE NONE", *sql])
    connection.settings_dict["OPTIONS"] = options | {"options": f"-c role={ROLE}"}
    connection.close()
    yield
    connection.close()
    connection.settings_dict["OPTIONS"] = options
    connection.ops.__class__.execute_sql_flush = flush
