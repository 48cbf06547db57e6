"""SQL that makes a table append-only, or its rows undeletable, in the database itself, for migrations."""

from collections.abc import Sequence

from django.db import migrations


def append_only(table: str) -> migrations.RunSQL:
    """Refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks."""
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{table} is append-only: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_refuse();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse();
        """,
        f"""
        DROP TRIGGER {table}_append_only ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        DROP FUNCTION {table}_refuse();
        """,
    )


def never_deleted(table: str) -> migrations.RunSQL:
    """Refuse DELETE and TRUNCATE on a table, whoever asks: what was once on record is ended or corrected."""
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {table}_keep() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'nothing is deleted from {table}: % is refused', TG_OP USING ERRCODE = 'restrict_violation';
        END $$;
        CREATE TRIGGER {table}_never_deleted BEFORE DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION {table}_keep();
        CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table}
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_keep();
        """,
        f"""
        DROP TRIGGER {table}_never_deleted ON {table};
        DROP TRIGGER {table}_no_truncate ON {table};
        DROP FUNCTION {table}_keep();
        """,
    )


# From so many rows in one statement on, what was made is one line: an import's own event says the rest.
MANY = 100
# Never written down: what every sign-in changes.
LEFT_OUT = ("last_login",)
# Of these it is written down that they changed, not what they hold: a password's hash, a second factor's
# secret, a calendar's address.
UNSHOWN = ("password", "data", "key")
_COLUMNS = "at, xact, record, deed, row_id, rows, client_id, changed, db_user"
_WHO = "left(session_user || ' ' || current_setting('application_name'), 80)"
_NOW = "clock_timestamp(), pg_current_xact_id()::text::bigint"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)


def row_changes() -> migrations.RunSQL:
    """The function beneath `tracked`: one line for a row that was changed or deleted, with what differs.

    A row that goes from one client to another has a line for each. Its arguments are those of `tracked`.
    """
    return migrations.RunSQL(
        f"""
        CREATE OR REPLACE FUNCTION audit_note_row() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            was jsonb := to_jsonb(OLD);
            becomes jsonb := CASE WHEN TG_OP = 'UPDATE' THEN to_jsonb(NEW) ELSE '{{}}' END;
            one bigint := was ->> TG_ARGV[0];
            other bigint := becomes ->> TG_ARGV[0];
            differs jsonb;
        BEGIN
            SELECT jsonb_object_agg(key, CASE
                WHEN key NOT IN ({_quoted(UNSHOWN)}) THEN jsonb_build_array(value, becomes -> key)
                WHEN TG_OP = 'UPDATE' THEN '"changed"'
                ELSE '"gone"'
            END) INTO differs
            FROM jsonb_each(was)
            WHERE becomes -> key IS DISTINCT FROM value AND key NOT IN ({_quoted(LEFT_OUT)})
              AND NOT (TG_OP = 'UPDATE' AND key = ANY (coalesce(TG_ARGV[2], '{{}}')::text[]));
            IF differs IS NULL THEN
                RETURN NULL;
            END IF;
            IF TG_ARGV[1] <> '' THEN
                EXECUTE format('SELECT (SELECT client_id FROM %1$I WHERE id = $1), '
                    '(SELECT client_id FROM %1$I WHERE id = $2)', TG_ARGV[1]) INTO one, other USING one, other;
            END IF;
            INSERT INTO audit_rowchange ({_COLUMNS})
            VALUES ({_NOW}, TG_TABLE_NAME, TG_OP, OLD.id, 1, coalesce(one, other), differs, {_WHO});
            IF one <> other THEN
                INSERT INTO audit_rowchange ({_COLUMNS})
                VALUES ({_NOW}, TG_TABLE_NAME, TG_OP, OLD.id, 1, other, differs, {_WHO});
            END IF;
            RETURN NULL;
        END $$
        """,
        "DROP FUNCTION IF EXISTS audit_note_row()",
    )


def _note_made(table: str, client: str, through: str) -> str:
    whose = f"made.{client}" if client else "NULL::bigint"
    if through:
        whose = f"(SELECT client_id FROM {through} t WHERE t.id = {whose})"
    return f"""
        CREATE FUNCTION {table}_made() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            first bigint; count bigint;
        BEGIN
            SELECT min(id), count(*) INTO first, count FROM made;
            IF count >= {MANY} THEN
                INSERT INTO audit_rowchange ({_COLUMNS})
                VALUES ({_NOW}, TG_TABLE_NAME, TG_OP, first, count, NULL, '{{}}', {_WHO});
            ELSIF count > 0 THEN
                INSERT INTO audit_rowchange ({_COLUMNS})
                SELECT {_NOW}, TG_TABLE_NAME, TG_OP, id, 1, {whose}, '{{}}', {_WHO} FROM made;
            END IF;
            RETURN NULL;
        END $$;
        CREATE TRIGGER {table}_note_made AFTER INSERT ON {table} REFERENCING NEW TABLE AS made
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_made();
        """


def tracked(table: str, client: str = "", through: str = "", routine: Sequence[str] = ()) -> migrations.RunSQL:
    """Write down every row of a table that is made, changed or deleted, whoever does it and in whatever number.

    `client` is the column that names the client, or the row of the table `through` that does. `routine` are columns
    that the program changes without an event: a row in which nothing else changes is not noted. Rows made are noted
    once a statement, so that an import of a hundred thousand stays fast; rows changed and deleted one by one.
    """
    how = f"'{client}', '{through}', '{{{','.join(routine)}}}'"
    return migrations.RunSQL(
        f"""
        {_note_made(table, client, through)}
        CREATE TRIGGER {table}_note_changed AFTER UPDATE ON {table}
            FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION audit_note_row({how});
        CREATE TRIGGER {table}_note_deleted AFTER DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_note_row({how});
        """,
        f"""
        DROP TRIGGER {table}_note_made ON {table};
        DROP TRIGGER {table}_note_changed ON {table};
        DROP TRIGGER {table}_note_deleted ON {table};
        DROP FUNCTION {table}_made();
        """,
    )


def made_noted(table: str, client: str) -> migrations.RunSQL:
    """Write down every row that is made in a table that is append-only, as `tracked` does."""
    return migrations.RunSQL(
        _note_made(table, client, ""),
        f"DROP TRIGGER {table}_note_made ON {table}; DROP FUNCTION {table}_made();",
    )


def gone_at_once(table: str, client: str = "") -> migrations.RunSQL:
    """Write down the deleted rows of a table that is `tracked` once a statement, each still on a line of its own.

    For tables from which many rows may go at once, as when an import is taken back.
    """
    whose = f"gone.{client}" if client else "NULL::bigint"
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION {table}_gone() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO audit_rowchange ({_COLUMNS})
            SELECT {_NOW}, TG_TABLE_NAME, TG_OP, gone.id, 1, {whose}, held.cells, {_WHO}
            FROM gone CROSS JOIN LATERAL (
                SELECT jsonb_object_agg(key, jsonb_build_array(value, NULL)) AS cells
                FROM jsonb_each(to_jsonb(gone)) WHERE key NOT IN ({_quoted(LEFT_OUT + UNSHOWN)})
            ) held;
            RETURN NULL;
        END $$;
        DROP TRIGGER {table}_note_deleted ON {table};
        CREATE TRIGGER {table}_note_deleted AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION {table}_gone();
        """,
        f"""
        DROP TRIGGER {table}_note_deleted ON {table};
        DROP FUNCTION {table}_gone();
        CREATE TRIGGER {table}_note_deleted AFTER DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION audit_note_row('{client}');
        """,
    )
