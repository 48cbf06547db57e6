"""The statements of a deed, written down as Django sends them, and sent again by psycopg alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection, transaction


@dataclass(frozen=True)
class Statement:
    """One statement; `commits` where a transaction ends after it."""

    sql: str
    params: Any
    in_transaction: bool
    commits: bool = False


def rehearsed(deed: Callable[[], object]) -> list[Statement]:
    """Do a deed, take it back, and return its statements as they would have been sent for good.

    Taking back wants a transaction around everything, in which the deed's own become savepoints: those are read as
    the transactions they would have been.
    """
    statements: list[Statement] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        assert not many, "the replay knows no executemany"
        inside = bool(connection.savepoint_ids)
        if not inside and sql.startswith("RELEASE SAVEPOINT"):
            statements.append(replace(statements.pop(), commits=True))
        elif inside or not sql.startswith("SAVEPOINT"):
            statements.append(Statement(sql, params, inside))
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(note):
            deed()
        transaction.set_rollback(True)
    return statements


def replay(statements: list[Statement]) -> list[list[tuple[Any, ...]]]:
    """Send the statements on the same connection with nothing of Django between, and fetch all they return."""
    raw = connection.connection
    answers = []
    with raw.cursor() as cursor:
        for statement in statements:
            if statement.in_transaction and raw.autocommit:
                raw.autocommit = False
            cursor.execute(statement.sql, statement.params)
            answers.append(cursor.fetchall() if cursor.description else [])
            if statement.commits:
                raw.commit()
                raw.autocommit = True
    return answers
