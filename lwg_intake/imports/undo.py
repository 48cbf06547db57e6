"""Taking an import back while nothing was built on it: what it created goes, what it wrote over is as it was."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection, models

from lwg_intake import dates
from lwg_intake.imports.models import Run
from lwg_intake.imports.progress import Tell
from lwg_intake.records import episodes
from lwg_intake.records.models import Client, Clinician

# The changes of one import.
MINE = "imports_change c JOIN imports_runfile f ON f.id = c.file_id AND f.run_id = %(run)s"
# Derived from the others, and derived again afterwards.
DERIVED = "records_episode"
BY_HAND = "Correct what is wrong by hand, or by a further import."
# Of rows that stand in the way, so many tell which later import wrote them.
LOOKED_AT = 1_000
# So many files of an import are named.
NAMED = 3


@dataclass(frozen=True)
class Touched:
    """A table that the import wrote to: how many entries it made of it, and between which ids those rows lie that it
    created (none where it only wrote over)."""

    table: str
    entries: int
    first: int | None
    last: int | None


class Because(str):
    """A sentence for staff. `client` is whom it names, `later` the import that it asks to be taken back first."""

    client: int | None = None
    later: int | None = None


def why_not(run: Run) -> Because:
    """Why the import cannot be undone any more, and what can be done instead; empty when it can."""
    touched = _touched(run)
    return _opened(run) or _changed_since(run, touched) or _referred_to(run, touched)


def undo(run: Run, tell: Tell) -> dict[str, int]:
    """Undo it, in the transaction that is open, once `why_not` has nothing to say. Returns figures of what was done.

    It has two halves, and tells how far it is: the rows go, and the database looks whether anything points to them.
    """
    touched = _touched(run)
    size, done = 2 * sum(one.entries for one in touched), 0
    counts = {"deleted": 0, "restored": 0}
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lwg.undoing_import', %s, true)", [str(run.pk)])
        cursor.execute(f"SELECT DISTINCT c.client_id FROM {MINE} WHERE c.client_id IS NOT NULL", {"run": run.pk})
        clients = [pk for (pk,) in cursor.fetchall()]
        # An episode of a client that goes would be left behind; of the others it follows anew.
        for column, table in (("termination_id", "records_termination"), ("client_id", "records_client")):
            cursor.execute(
                f"DELETE FROM records_episode WHERE {column} IN (SELECT c.record_id FROM {MINE} "
                'WHERE c."table" = %(table)s AND c.former IS NULL)',
                {"run": run.pk, "table": table},
            )
        for one in touched:
            tell(words(one.table), done, size)
            counts["deleted"] += _delete(cursor, run, one.table)
            done += one.entries
        for one in touched:
            counts["restored"] += _restore(run, one.table)
        cursor.execute("SELECT id FROM records_client WHERE id = ANY (%s)", [clients])
        left = [pk for (pk,) in cursor.fetchall()]
        cursor.execute("SELECT set_config('lwg.undoing_import', '', true)")
    episodes.derive(left)
    for one in touched:
        tell(words(one.table), done, size)
        _nothing_points_to(one.table)
        done += one.entries
    return counts


def _delete(cursor: Any, run: Run, table: str) -> int:
    """What the import created in a table; how many. In one that is append-only the owner deletes for us."""
    if table == "records_contact":
        cursor.execute("SELECT imports_take_back_contacts(%s)", [run.pk])
        return int(cursor.fetchone()[0])
    cursor.execute(
        f'DELETE FROM {table} t USING {MINE} WHERE c."table" = %(table)s AND c.former IS NULL AND t.id = c.record_id',
        {"run": run.pk, "table": table},
    )
    return int(cursor.rowcount)


def words(table: str) -> str:
    """What the rows of a table are called."""
    model = next(model for model in apps.get_models() if model._meta.db_table == table)
    return str(model._meta.verbose_name_plural)


def _ask(sql: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()


def _touched(run: Run) -> list[Touched]:
    ours = {model._meta.db_table for model in apps.get_app_config("records").get_models()}
    found = _ask(
        'SELECT c."table", count(*), min(c.record_id) FILTER (WHERE c.former IS NULL), '
        f'max(c.record_id) FILTER (WHERE c.former IS NULL) FROM {MINE} GROUP BY c."table" ORDER BY c."table"',
        run=run.pk,
    )
    return [Touched(*row) for row in found if row[0] in ours]


def _nothing_points_to(table: str) -> None:
    """Have the database look now, not when the transaction ends, so that it can be said how far it is."""
    names = _ask(
        "SELECT conname FROM pg_constraint WHERE contype = 'f' AND condeferrable AND confrelid = %(table)s::regclass",
        table=table,
    )
    if names:
        listed = ", ".join(connection.ops.quote_name(name) for (name,) in names)
        with connection.cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {listed} IMMEDIATE")


def _restore(run: Run, table: str) -> int:
    """Give updated rows their former values: of a row written twice, the first ones."""
    ((columns,),) = _ask(
        "SELECT array_agg(DISTINCT k) FROM (SELECT jsonb_object_keys(c.former) AS k "
        f'FROM {MINE} WHERE c."table" = %(table)s AND c.former IS NOT NULL) keys',
        run=run.pk, table=table,
    )  # fmt: skip
    if not columns:
        return 0
    restored = 0
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    # What had ended first: of a client's assignments only one may be open at a time.
    for which in ("former ->> 'ended_on' IS NOT NULL", "former ->> 'ended_on' IS NULL"):
        with connection.cursor() as cursor:
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


def _because(what: str, later: Run | None = None) -> Because:
    """What stands in the way, and what can be done: a later import goes first, or else one corrects row by row."""
    instead = f"Take the import of {_named(later)} back first, which did it." if later else BY_HAND
    because = Because(f"This import cannot be undone any more: {what} {instead}")
    because.later = later.pk if later else None
    return because


def _later(run: Run, table: str, ids: list[int]) -> Run | None:
    """The last import after this one that wrote any of these rows."""
    found = _ask(
        """
        SELECT r.id FROM imports_run r
        WHERE r.status = 'applied' AND r.id > %(run)s AND EXISTS (
            SELECT FROM imports_change c JOIN imports_runfile f ON f.id = c.file_id
            WHERE f.run_id = r.id AND c."table" = %(table)s AND c.record_id = ANY (%(ids)s)
        )
        ORDER BY r.id DESC LIMIT 1
        """,
        run=run.pk, table=table, ids=ids,
    )  # fmt: skip
    return Run.objects.get(pk=found[0][0]) if found else None


def _named(run: Run) -> str:
    """An import by its moment and its files: two may have begun in one minute."""
    names = [file.name for file in run.files.light()]
    more = [f"{len(names) - NAMED} more"] if len(names) > NAMED else []
    return f"{dates.told_moment(run.asked_at)} ({', '.join([*names[:NAMED], *more])})"


def _opened(run: Run) -> Because:
    """Whether a person has looked at, or worked on, a client or a clinician whom the import touched."""
    last = "(array_agg({} ORDER BY e.id DESC))[1]".format
    ((count, client, clinician, at, by),) = _ask(
        f"""
        SELECT count(DISTINCT coalesce(e.client_id, e.record_id)), {last("e.client_id")}, {last("e.record_id")},
            {last("e.at")}, {last("e.actor_name")}
        FROM audit_event e
        WHERE e.actor_id IS NOT NULL AND e.at >= %(since)s AND (
            e.client_id IN (SELECT c.client_id FROM {MINE})
            OR e.record = 'records.clinician' AND e.record_id IN (
                SELECT c.record_id FROM {MINE} WHERE c."table" = 'records_clinician'
            )
        )
        """,
        run=run.pk, since=run.began_at or run.asked_at,
    )  # fmt: skip
    if not count:
        return Because()
    records = (
        "one of its records has been opened since:"
        if count == 1
        else (f"{count:,} of its records have been opened since, the last one")
    )
    opened = Client.objects.filter(pk=client).first() if client else Clinician.objects.filter(pk=clinician).first()
    because = _because(f"{records} {opened.ref if opened else 'one'}, by {by}, {dates.told_moment(at)}.")
    because.client = client
    return because


def _changed_since(run: Run, touched: list[Touched]) -> Because:
    """Whether a row stands no longer as the import left it, by the changes that the database noted afterwards.

    A row that was changed and put back, as by a later import that was taken back, stands as it was left.
    """
    for one in touched:
        ((count, ids),) = _ask(
            f"""
            SELECT count(DISTINCT left_as.row_id), (array_agg(DISTINCT left_as.row_id))[1:{LOOKED_AT}] FROM (
                SELECT DISTINCT ON (r.row_id, k.key) r.row_id, k.key, k.value -> 0 AS value
                FROM audit_rowchange r CROSS JOIN LATERAL jsonb_each(r.changed) k
                WHERE r.record = %(table)s AND r.deed <> 'INSERT'
                  AND r.id > (SELECT min(noted_up_to) FROM imports_runfile WHERE run_id = %(run)s)
                  AND r.id > (
                    SELECT max(f.noted_up_to) FROM {MINE} WHERE c."table" = r.record AND c.record_id = r.row_id
                  )
                ORDER BY r.row_id, k.key, r.id
            ) left_as LEFT JOIN {one.table} t ON t.id = left_as.row_id
            WHERE to_jsonb(t) -> left_as.key IS DISTINCT FROM left_as.value
            """,
            run=run.pk, table=one.table,
        )  # fmt: skip
        if count:
            rows = "one of its rows was" if count == 1 else f"{count:,} of its rows were"
            return _because(f"{rows} changed since ({words(one.table)}).", _later(run, one.table, ids))
    return Because()


def _referred_to(run: Run, touched: list[Touched]) -> Because:
    """Whether something that the import did not bring points to a row that it created."""
    for one in touched:
        for other, column in _pointing_to(one.table):
            # EXCEPT, not NOT EXISTS: right after an import the planner knows nothing of its rows, and takes minutes.
            ((count, ids),) = _ask(
                f"""
                SELECT count(*), (array_agg(others.id))[1:{LOOKED_AT}] FROM (
                    SELECT o.id FROM {other} o
                    WHERE o.{column} BETWEEN %(first)s AND %(last)s AND o.{column} IN (
                        SELECT c.record_id FROM {MINE} WHERE c."table" = %(table)s AND c.former IS NULL
                    )
                    EXCEPT SELECT c.record_id FROM {MINE} WHERE c."table" = %(other)s
                ) others
                """,
                run=run.pk, table=one.table, other=other, first=one.first, last=one.last,
            )  # fmt: skip
            if count:
                return _because(
                    f"{count:,} later {'entry' if count == 1 else 'entries'} ({words(other)}) "
                    f"{'refers' if count == 1 else 'refer'} to what it brought.",
                    _later(run, other, ids),
                )
    return Because()


def _pointing_to(table: str) -> Iterator[tuple[str, str]]:
    """Tables and columns with a foreign key to a table, all wings' own included."""
    model = next(model for model in apps.get_app_config("records").get_models() if model._meta.db_table == table)
    for relation in model._meta.related_objects:
        field = relation.field
        if isinstance(field, models.ForeignKey) and field.model._meta.db_table != DERIVED:
            yield field.model._meta.db_table, connection.ops.quote_name(str(field.column))
