"""What an import writes down of each row it touches, so that the whole can be undone: set-based, in the same write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models

from lwg_intake import dates
from lwg_intake.imports.models import Change
from lwg_intake.records.models import Appointment, Client, Clinician

# The file (RunFile) whose rows are being written; none while something other than an import writes.
_FILE: ContextVar[int | None] = ContextVar("import_file", default=None)


@contextmanager
def keeping(file: int) -> Iterator[None]:
    """Until the end, what is inserted and updated is kept as this file's doing."""
    token = _FILE.set(file)
    try:
        yield
    finally:
        _FILE.reset(token)


def created(model: type[models.Model], ids: Sequence[int], rows: Sequence[dict[str, Any]]) -> None:
    """These rows go in now, under these ids."""
    file = _FILE.get()
    if file is None:
        return
    table = model._meta.db_table
    is_client = model._meta.model_name == "client"
    with connection.cursor() as cursor, connection.wrap_database_errors:
        into = 'COPY imports_change (file_id, "table", record_id, client_id) FROM STDIN'
        with cursor.cursor.copy(into) as copy:
            for pk, row in zip(ids, rows, strict=True):
                copy.write_row((file, table, pk, pk if is_client else row.get("client_id")))


def updating(model: type[models.Model], ids: Sequence[int], fields: Sequence[str]) -> None:
    """These rows are about to be written over in these fields: keep what stands there."""
    file = _FILE.get()
    if file is None or not ids:
        return
    quote, columns = connection.ops.quote_name, {f.attname: str(f.column) for f in model._meta.concrete_fields}
    pairs = ", ".join(f"'{columns[name]}', t.{quote(columns[name])}" for name in fields)
    client = "t.id" if model._meta.model_name == "client" else "t.client_id" if "client_id" in columns else "NULL"
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO imports_change (file_id, "table", record_id, client_id, former) '
            f"SELECT %s, %s, t.id, {client}, jsonb_build_object({pairs}) "
            f"FROM {quote(model._meta.db_table)} t WHERE t.id = ANY (%s)",
            [file, model._meta.db_table, list(ids)],
        )


def first_changes(file: int, most: int = 10) -> list[dict[str, Any]]:
    """The first rows that a file created or wrote over: whose, and each field that differs, as it was and as it is."""
    found = []
    for change in Change.objects.filter(file=file).order_by("pk")[:most]:
        model = _model(change.table)
        thing = model._default_manager.filter(pk=change.record_id).first()
        if thing is None:
            continue
        about = thing if isinstance(thing, Client | Clinician) else getattr(thing, "client", None)
        found.append(
            {
                "about": f"{about.ref} · {about}" if about else str(thing),
                "what": str(model._meta.verbose_name) if thing is about else _said(thing),
                "which": _which(thing) if isinstance(thing, Appointment) and change.former is not None else "",
                "client": about.pk if isinstance(about, Client) else None,
                "is_new": change.former is None,
                "fields": _differing(change) if change.former is not None else [],
            }
        )
    return found


def _which(visit: Appointment) -> str:
    """Which of a client's visits it is."""
    return f"{dates.told_moment(visit.starts_at)}, with {visit.clinician}"


def _said(thing: models.Model) -> str:
    """A visit or a contact by the practice's own clock; of a visit, also what became of it."""
    at = getattr(thing, "starts_at", None) or getattr(thing, "at", None)
    if at is None:
        return str(thing)
    became = f": {thing.get_state_display().lower()}" if isinstance(thing, Appointment) else ""
    return f"{str(thing).partition(' at ')[0]}, {dates.told_moment(at)}{became}"


def _differing(change: Change) -> list[dict[str, str]]:
    fields = {str(field.column): field for field in _model(change.table)._meta.concrete_fields}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT f.key, coalesce(f.value, ''), coalesce(n.value, '') "
            f"FROM {connection.ops.quote_name(change.table)} t, imports_change c, jsonb_each_text(c.former) f, "
            "jsonb_each_text(to_jsonb(t)) n WHERE t.id = %s AND c.id = %s AND n.key = f.key AND n.value IS DISTINCT "
            "FROM f.value ORDER BY f.key",
            [change.record_id, change.pk],
        )
        return [
            {
                "name": name.removesuffix("_id").replace("_", " "),
                "was": _in_words(fields[name], was),
                "now": _in_words(fields[name], now),
            }
            for name, was, now in cursor.fetchall()
        ]


def _in_words(field: models.Field[Any, Any], value: str) -> str:
    """A value as the database has it, as one says it: a choice by its name, a moment by the practice's own clock."""
    if value and isinstance(field, models.DateTimeField):
        return dates.told_moment(datetime.fromisoformat(value))
    if value and isinstance(field, models.ForeignKey):
        return str(field.related_model._default_manager.filter(pk=value).first() or value)
    chosen = {str(key): str(label).lower() for key, label in field.flatchoices}
    return chosen.get(value, value)


def _model(table: str) -> type[models.Model]:
    return next(model for model in apps.get_app_config("records").get_models() if model._meta.db_table == table)
