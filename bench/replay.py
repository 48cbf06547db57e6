"""The statements of a deed, written down as Django sends them, and sent again by psycopg alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection


@dataclass(frozen=True)
class Statement:
    """One statement; `commits` where a transaction ends after it."""

    sql: str
    params: Any
    in_transaction: bool
    commits: bool = False


@contextmanager
def written_down() -> Iterator[list[Statement]]:
    """Collect the statements of everything done inside, with the ends of their transactions."""
    statements: list[Statement] = []
    commit = connection._commit

    def note(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        assert not many, "the replay knows no executemany"
        statements.append(Statement(sql, params, connection.in_atomic_block))
        return execute(sql, params, many, context)

    def note_commit() -> None:
        if statements and statements[-1].in_transaction:
            last = statements.pop()
            statements.append(Statement(last.sql, last.params, True, commits=True))
        commit()

    connection._commit = note_commit
    try:
        with connection.execute_wrapper(note):
            yield statements
    finally:
        del connection._commit


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
