"""Bring the database up to date without a word on standard output."""

import sys

from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from lwg_intake.audit.grants import as_owner

# An arbitrary number that stands for "migrating" among PostgreSQL's advisory locks.
MIGRATING = 5_941_001


def bring_up_to_date() -> None:
    """Run the migrations that are missing, if any; two commands at once take turns."""
    with as_owner():
        if _missing():
            _migrate()


def _migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [MIGRATING])
    try:
        if _missing():
            print("Bringing the database up to date …", file=sys.stderr)
            call_command("migrate", verbosity=0, interactive=False, skip_checks=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [MIGRATING])


def _missing() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))
