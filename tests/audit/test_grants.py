"""The program's own account of the database: it does its work, and can put no guard of the record aside."""

import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError
from django.db import connection

from lwg_intake.audit.checks import own_account
from lwg_intake.audit.grants import append_only_tables, could, grant
from lwg_intake.embedded import APPLICATION, Cluster
from tests.owner import as_owner

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not settings.DATABASE_OWNER, reason="this server has one account only"),
]
ROOT = Path(__file__).resolve().parents[2]
KEPT = {
    "audit_event", "audit_link", "audit_head", "audit_rowchange", "checklists_entry", "imports_change",
    "outbox_wording", "policy_setting", "reassignment_attempt", "reassignment_rosterchange", "records_contact",
    "records_recorddecision",
}  # fmt: skip


@pytest.fixture
def signed_in():
    """A connection of the program's account itself, as a stranger with its password would have one."""
    cluster = Cluster(Path(settings.LWG_HOME))
    with cluster.connect(connection.settings_dict["NAME"], APPLICATION) as there:
        yield there


def test_the_list_of_append_only_tables_is_the_databases_own():
    assert set(append_only_tables()) == KEPT


def test_the_program_is_connected_as_the_account_that_can_do_no_harm():
    assert could() == []
    with as_owner():
        assert "is a superuser" in could() and any(words.startswith("owns ") for words in could())


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE audit_event DISABLE TRIGGER USER",
        "DROP TRIGGER audit_event_append_only ON audit_event",
        "CREATE OR REPLACE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "SET session_replication_role = replica",
        "SET ROLE lwg",
        "CREATE TABLE audit_copy ()",
        "DROP TABLE audit_link",
        "TRUNCATE django_session",
        "ALTER SEQUENCE audit_event_id_seq RESTART",
        *(f"UPDATE {table} SET id = id" for table in sorted(KEPT - {"audit_link"})),
        "UPDATE audit_link SET position = position",
        *(f"DELETE FROM {table}" for table in sorted(KEPT)),
    ],
)
def test_what_the_account_may_not(signed_in, statement):
    with pytest.raises((psycopg.errors.InsufficientPrivilege, psycopg.errors.InvalidParameterValue)):
        signed_in.execute(statement)


def test_it_may_empty_no_table_and_work_in_every_other(signed_in):
    tables = [model._meta.db_table for model in apps.get_models()]
    for table in {*tables, "django_migrations"}:
        found = signed_in.execute(
            "SELECT has_table_privilege(%(t)s, 'TRUNCATE'), has_table_privilege(%(t)s, 'SELECT'), "
            "has_table_privilege(%(t)s, 'INSERT'), has_table_privilege(%(t)s, 'UPDATE')",
            {"t": table},
        ).fetchone()
        assert found == (False, True, True, table not in KEPT), table


def test_a_new_table_gets_its_rights_when_the_owner_grants_anew():
    with as_owner() as sql:
        sql.execute("CREATE TABLE newly (id bigint); CREATE TABLE newly_kept (id bigint)")
        sql.execute("CREATE FUNCTION newly_kept_refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'")
        sql.execute(
            "CREATE TRIGGER newly_kept_append_only BEFORE UPDATE OR DELETE ON newly_kept "
            "FOR EACH ROW EXECUTE FUNCTION newly_kept_refuse()"
        )
        grant()
    with connection.cursor() as sql:
        sql.execute(
            "SELECT has_table_privilege('newly', 'DELETE'), has_table_privilege('newly_kept', 'INSERT'), "
            "has_table_privilege('newly_kept', 'UPDATE'), has_table_privilege('newly_kept', 'DELETE')"
        )
        assert sql.fetchone() == (True, True, False, False)


def test_an_account_that_is_not_there_is_made_or_asked_for(settings):
    settings.DATABASE_APPLICATION = {"USER": "front desk", "PASSWORD": "it's long; enough"}
    with as_owner() as sql:
        grant()
        sql.execute("SELECT rolcanlogin AND NOT rolsuper FROM pg_roles WHERE rolname = 'front desk'")
        assert sql.fetchone() == (True,)
    settings.DATABASE_APPLICATION = {"USER": "nobody_yet", "PASSWORD": "long enough"}
    with pytest.raises(CommandError, match="no account called nobody_yet.*CREATE ROLE nobody_yet LOGIN"):
        grant()


def test_a_deployment_whose_program_owns_its_tables_is_warned():
    assert own_account(databases=["default"]) == []
    with as_owner():
        (warning,) = own_account(databases=["default"])
    assert "is a superuser" in warning.msg and "could change what is on record" in warning.msg
    assert warning.id == "audit.W001" and "DATABASE_OWNER_URL" in warning.hint


def test_production_migrates_as_an_owner_without_privileges_and_runs_as_the_program():
    """An empty server with one account that may make another; then the program with its own account alone."""
    cluster, name = Cluster(Path(settings.LWG_HOME)), f"owned_{os.getpid()}"
    owner, program = f"{name}_owner", f"{name}_program"
    where = f"/{name}?host={quote(str(cluster.places.socket), safe='')}"
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LWG_", "DJANGO_"))}
    own = kept | {
        "DATABASE_URL": f"postgresql://{program}:hushed@{where}",
        "REDIS_URL": "redis://redis.example.org:6379/0",
        "SECRET_KEY": "".join(chr(48 + number) for number in range(60)),
        "ALLOWED_HOSTS": "intake.example.org",
        "EMAIL_URL": "smtp://mail.example.org",
        "DEFAULT_FROM_EMAIL": "desk@example.org",
    }

    def run(environment: dict[str, str], *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *words], cwd=ROOT, env=environment, text=True, capture_output=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout

    with cluster.connect() as server:
        try:
            server.execute(f"CREATE ROLE {owner} LOGIN CREATEROLE PASSWORD 'whispered'")
            server.execute(f"CREATE DATABASE {name} OWNER {owner}")
            run(own | {"DATABASE_OWNER_URL": f"postgresql://{owner}:whispered@{where}"}, "migrate", "-v0")
            assert "Everything in the chain is as it was written." in run(own, "verify_audit", "--seal")
            run(own, "check", "--deploy", "--database", "default", "--fail-level", "WARNING")
        finally:
            server.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            for role in (program, owner):
                server.execute(f"DROP ROLE IF EXISTS {role}")
