"""Taking an import back while nothing was built on it: what it created goes, what it wrote over is as it was."""

from __future__ import annotations

from collections.abc import Iterator

from django.apps import apps
from django.db import connection, models

from lwg_intake.imports.models import Run
from lwg_intake.records import episodes

# The changes of one import, each record's last; and of the import at all.
MINE = "imports_change c JOIN imports_runfile f ON f.id = c.file_id AND f.run_id = %(run)s"
# Derived from the others, and derived again afterwards.
DERIVED = "records_episode"


def why_not(run: Run) -> str:
    """Why the import cannot be undone any more, for staff; empty when it can."""
    return _opened(run) or _changed_since(run) or _referred_to(run)


def undo(run: Run) -> dict[str, int]:
    """Undo it, in the transaction that is open, once `why_not` has nothing to say. Returns figures of what was done."""
    tables = _tables(run)
    counts = {"deleted": 0, "restored": 0}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lwg.undoing_import', %s, true)", [str(run.pk)])
        cursor.execute(f"SELECT DISTINCT c.client_id FROM {MINE} WHERE c.client_id IS NOT NULL", {"run": run.pk})
        clients = [pk for (pk,) in cursor.fetchall()]
        # An episode of a client that goes would be left behind; of the others it follows anew.
        cursor.execute(
            "DELETE FROM records_episode e USING records_termination t, imports_change c, imports_runfile f "
            "WHERE e.termination_id = t.id AND c.record_id = t.id AND c.\"table\" = 'records_termination' "
            "AND c.former IS NULL AND f.id = c.file_id AND f.run_id = %(run)s",
            {"run": run.pk},
        )
        cursor.execute(
            f"DELETE FROM records_episode WHERE client_id IN (SELECT c.record_id FROM {MINE} "
            "WHERE c.\"table\" = 'records_client' AND c.former IS NULL)",
            {"run": run.pk},
        )
        for table in tables:
            cursor.execute(
                f"DELETE FROM {table} t USING {MINE} "
                'WHERE c."table" = %(table)s AND c.former IS NULL AND t.id = c.record_id',
                {"run": run.pk, "table": table},
            )
            counts["deleted"] += cursor.rowcount
        for table in tables:
            counts["restored"] += _restore(run, table)
        cursor.execute("SELECT id FROM records_client WHERE id = ANY (%s)", [clients])
        left = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('lwg.undoing_import', '', true)")
    episodes.derive(left)
    return counts


def _tables(run: Run) -> list[str]:
    """The tables that the import wrote to."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT DISTINCT c."table" FROM {MINE}', {"run": run.pk})
        there = {table for (table,) in cursor.fetchall()}
    ours = {model._meta.db_table for model in apps.get_app_config("records").get_models()}
    return sorted(there & ours)


def _restore(run: Run, table: str) -> int:
    """Give updated rows their former values: of a row written twice, the first ones."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT k) FROM (SELECT jsonb_object_keys(c.former) AS k "
            f'FROM {MINE} WHERE c."table" = %(table)s AND c.former IS NOT NULL) keys',
            {"run": run.pk, "table": table},
        )
        (columns,) = cursor.fetchone()
        if not columns:
            return 0
        restored = 0
        names = ", ".join(connection.ops.quote_name(column) for column in columns)
        # What had ended first: of a client's assignments only one may be open at a time.
        for which in ("former ->> 'ended_on' IS NOT NULL", "former ->> 'ended_on' IS NULL"):
            cursor.execute(
                f"""
                UPDATE {table} t
                SET ({names}) = (SELECT {names} FROM jsonb_populate_record(t, was.former))
                FROM (
                    SELECT c.record_id, jsonb_object_agg(k.key, k.value ORDER BY c.id DESC) AS former
                    FROM {MINE} CROSS JOIN LATERAL jsonb_each(c.former) k
                    WHERE c."table" = %(table)s GROUP BY c.record_id
                ) was
                WHERE t.id = was.record_id AND {which}
                """,
                {"run": run.pk, "table": table},
            )
            restored += cursor.rowcount
        return restored


def _opened(run: Run) -> str:
    """Whether a person has looked at, or worked on, a client or a clinician whom the import touched."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            SELECT count(DISTINCT coalesce(e.client_id, e.record_id)), min(e.at) FROM audit_event e
            WHERE e.actor_id IS NOT NULL AND e.at >= %(since)s AND (
                e.client_id IN (SELECT c.client_id FROM {MINE})
                OR e.record = 'records.clinician' AND e.record_id IN (
                    SELECT c.record_id FROM {MINE} WHERE c."table" = 'records_clinician'
                )
            )
            """,
            {"run": run.pk, "since": run.began_at or run.asked_at},
        )
        count, _ = cursor.fetchone()
    if not count:
        return ""
    records = "one of its records has" if count == 1 else f"{count:,} of its records have"
    return f"This import cannot be undone any more: {records} been opened since."


def _changed_since(run: Run) -> str:
    """Whether a row was written again by anything else: its version is no longer that of the import's own entry."""
    for table in _tables(run):
        with connection.cursor() as cursor:
            cursor.execute(
                f"""
                SELECT count(*) FROM (
                    SELECT DISTINCT ON (c.record_id) c.record_id, c.xmin AS version FROM {MINE}
                    WHERE c."table" = %(table)s ORDER BY c.record_id, c.id DESC
                ) mine LEFT JOIN {table} t ON t.id = mine.record_id
                WHERE t.xmin IS DISTINCT FROM mine.version
                """,
                {"run": run.pk, "table": table},
            )
            (count,) = cursor.fetchone()
        if count:
            rows = "one of its rows was" if count == 1 else f"{count:,} of its rows were"
            return f"This import cannot be undone any more: {rows} changed since ({_words(table)})."
    return ""


def _referred_to(run: Run) -> str:
    """Whether something that the import did not bring points to a row that it created."""
    for table in _tables(run):
        for other, column in _pointing_to(table):
            with connection.cursor() as cursor:
                cursor.execute(
                    f"""
                    SELECT count(*) FROM {other} o
                    WHERE o.{column} IN (
                        SELECT c.record_id FROM {MINE} WHERE c."table" = %(table)s AND c.former IS NULL
                    ) AND NOT EXISTS (
                        SELECT FROM {MINE} WHERE c."table" = %(other)s AND c.record_id = o.id
                    )
                    """,
                    {"run": run.pk, "table": table, "other": other},
                )
                (count,) = cursor.fetchone()
            if count:
                return (
                    f"This import cannot be undone any more: {count:,} later {'entry' if count == 1 else 'entries'} "
                    f"({_words(other)}) {'refers' if count == 1 else 'refer'} to what it brought."
                )
    return ""


def _pointing_to(table: str) -> Iterator[tuple[str, str]]:
    """Tables and columns with a foreign key to a table, all wings' own included."""
    model = next(model for model in apps.get_app_config("records").get_models() if model._meta.db_table == table)
    for relation in model._meta.related_objects:
        field = relation.field
        if isinstance(field, models.ForeignKey) and field.model._meta.db_table != DERIVED:
            yield field.model._meta.db_table, connection.ops.quote_name(str(field.column))


def _words(table: str) -> str:
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return str(model._meta.verbose_name_plural)
