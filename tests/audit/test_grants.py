"""The program's own account of the database: it does its work, and can put no guard of the record aside."""

from pathlib import Path

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
