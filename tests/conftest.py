"""One PostgreSQL for the whole run, started before any test and stopped after the last."""

import gc
import os
import subprocess
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest
from django.conf import settings
from django.db import connection
from django.template.base import Template
from django.test import TransactionTestCase
from django.test.utils import instrumented_test_render
from pytest_django import DjangoDbBlocker
from pytest_django.plugin import blocking_manager_key

from bench import DATABASE
from lwg_intake.embedded import Cluster, EmbeddedError
from lwg_intake.embedded.places import SYSTEM_FOLDER, places
from lwg_intake.policy.values import write_defaults
from tests import at_once
from tests.owner import ROLE, as_owner
from tests.settings import TEST_DATABASE_URL

server = ExitStack()
DRAWN = Template._render
# What takes longest, begun first: nobody then waits for the one who took it up last.
LONGEST = ("test_demo.py", "test_bench.py", "test_cluster.py", "test_demo_practice.py", "test_worker.py",
           "test_environment.py")  # fmt: skip
NO_SKIPS = os.environ.get("LWG_NO_SKIPS") == "1"
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def pytest_configure(config: pytest.Config) -> None:
    is_worker = hasattr(config, "workerinput")
    if is_worker or config.option.collectonly:
        return
    if not TEST_DATABASE_URL:
        try:
            cluster = server.enter_context(Cluster(Path(settings.LWG_HOME), durable=False).running())
        except EmbeddedError as error:
            raise pytest.UsageError(str(error)) from error
        _drop_what_killed_runs_left(cluster)
    server.callback(_drop_empty, config)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONGEST.index(item.path.name) if item.path.name in LONGEST else len(LONGEST))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is loaded by now stays to the end: it is not gone through for rubbish again and again."""
    gc.freeze()
    gc.set_threshold(50_000)


def pytest_unconfigure(config: pytest.Config) -> None:
    server.close()


def _drop_empty(config: pytest.Config) -> None:
    """The database of which the others were copies."""
    connection.settings_dict.update(settings.DATABASE_OWNER)
    with config.stash[blocking_manager_key].unblock(), connection._nodb_cursor() as there:
        there.execute(f'DROP DATABASE IF EXISTS "{DATABASE}_empty"')


def _drop_what_killed_runs_left(cluster: Cluster) -> None:
    with cluster.connect() as there:
        rows = there.execute(r"SELECT datname FROM pg_database WHERE datname ~ '^test_lwg_\d+(_\w+)?$'").fetchall()
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


@pytest.fixture(scope="session", autouse=True)
def drawn_as_for_people(django_test_environment: None) -> None:
    """Django's tests keep a copy of what each template was given, which takes as long as a tenth of a page."""
    Template._render = DRAWN


@pytest.fixture(scope="session")
def homes() -> Iterator[list[Path]]:
    """What root's PostgreSQL keeps outside these folders goes too, after the last test of all.

    Where thousands of files were just removed, a file system takes several times as long to make new ones.
    """
    folders: list[Path] = []
    yield folders
    kept = [base for folder in folders if SYSTEM_FOLDER in (base := places(folder).base).parents]
    subprocess.run(["rm", "-rf", *kept], check=True)


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests that ask an answer for its `context`."""
    monkeypatch.setattr(Template, "_render", instrumented_test_render)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> None:
    """The owner makes the database, as in production: once, and a copy for each worker."""
    from bench import practice

    connection.settings_dict.update(settings.DATABASE_OWNER)
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = practice.empty()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Tests run with the rights of the program's own account.

    Those that really commit are cleaned up by the owner: TRUNCATE is slow for a few rows, and append-only tables refuse
    it. Where the owner may, all rows are deleted instead, without triggers and keys being asked.
    """
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute("SELECT has_parameter_privilege('session_replication_role', 'SET')")
        deleting = cursor.fetchone() == (True,)
        if not deleting:
            _allow_truncate(cursor)
    options = dict(connection.settings_dict["OPTIONS"])
    operations, case = type(connection.ops), cast(Any, TransactionTestCase)
    execute, teardown = operations.execute_sql_flush, case._fixture_teardown
    operations.execute_sql_flush = lambda ops, sql: execute(ops, ["SET LOCAL ROLE NONE", *sql])
    case._fixture_teardown = _delete_all if deleting else teardown
    connection.settings_dict["OPTIONS"] = options | {"options": f"-c role={ROLE}"}
    connection.close()
    yield
    at_once.close()
    connection.close()
    connection.settings_dict["OPTIONS"] = options
    operations.execute_sql_flush, case._fixture_teardown = execute, teardown


def _delete_all(case: TransactionTestCase) -> None:
    """Empty every table, those too that only triggers fill; what migrating filled is kept, or filled anew."""
    with as_owner() as cursor:
        cursor.execute("; ".join(["SET LOCAL session_replication_role = replica", *_deletes()]))
    write_defaults()


@cache
def _deletes() -> list[str]:
    tables = set(connection.introspection.table_names())
    tables -= {"django_migrations", "django_content_type", "auth_permission"}
    return [f"DELETE FROM {connection.ops.quote_name(table)}" for table in sorted(tables)]


def _allow_truncate(cursor: Any) -> None:
    cursor.execute(
        r"SELECT tgrelid::regclass::text, quote_ident(tgname) FROM pg_trigger WHERE tgname LIKE '%\_no\_truncate'"
    )
    for table, trigger in cursor.fetchall():
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
