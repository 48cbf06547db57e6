"""Rows that one statement brought as JSON, as instances of their models."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

from django.db.models import Field, Model

M = TypeVar("M", bound=Model)


def built(model: type[M], rows: Iterable[Mapping[str, Any]] | None, only: Sequence[str] = ()) -> list[M]:
    """Model instances of JSON rows, as the database would have given them. `only` names the columns that came."""
    fields = _fields(model, tuple(only))
    names = [field.attname for field, _ in fields]
    return [model.from_db("default", names, [f.to_python(row[key]) for f, key in fields]) for row in rows or ()]


def joined(rows: list[M], name: str, known: Mapping[int, Model]) -> list[M]:
    """The rows, each with the related one it points to, where it points to one."""
    for row in rows:
        if (key := getattr(row, f"{name}_id")) is not None:
            setattr(row, name, known[key])
    return rows


@cache
def _fields(model: type[Model], only: tuple[str, ...]) -> list[tuple[Field, str]]:
    return [(f, str(f.column)) for f in model._meta.concrete_fields if not only or f.name in only]
