"""Two accounts of the database: an owner, who migrates, and the program's own, which may not change what is on record.

The triggers of append-only tables hold against everybody but their owner, who can put them aside. The program's own
account therefore owns nothing, may only read and add in those tables, and may empty none.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import CommandError
from django.db import connection, transaction
from psycopg import sql

# The one list of append-only tables is the database's own: those with the trigger that audit/triggers.py makes.
APPEND_ONLY = r"""
SELECT relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = relname || '_append_only' AND relnamespace = 'public'::regnamespace ORDER BY 1
"""
# What the connected account could do that the program's own must not be able to do, each in words.
COULD = r"""
SELECT 'is a superuser' FROM pg_roles WHERE rolname = current_user AND rolsuper
UNION ALL
SELECT 'owns ' || count(*) || ' tables' FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_has_role(relowner, 'USAGE') HAVING count(*) > 0
UNION ALL
SELECT 'may change or empty ' || relname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE tgname = relname || '_append_only' AND relnamespace = 'public'::regnamespace
  AND has_table_privilege(pg_class.oid, 'UPDATE, DELETE, TRUNCATE')
"""


@contextmanager
def as_owner() -> Iterator[None]:
    """Inside, the program is connected as the owner; without one, as always."""
    owner: dict[str, Any] = settings.DATABASE_OWNER
    own = {name: connection.settings_dict[name] for name in owner}
    if own == owner:
        yield
        return
    connection.close()
    connection.settings_dict.update(owner)
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(own)


def append_only_tables() -> list[str]:
    """The tables whose rows are never changed nor deleted."""
    with connection.cursor() as cursor:
        cursor.execute(APPEND_ONLY)
        return [name for (name,) in cursor.fetchall()]


def could() -> list[str]:
    """What the account that is connected could do to the record: nothing, where it is the program's own."""
    with connection.cursor() as cursor:
        cursor.execute(COULD)
        return [words for (words,) in cursor.fetchall()]


def grant() -> None:
    """Give the program's own account what it needs in every table that is there, and no more. Only as the owner.

    An account that is not there yet is made. Raises CommandError where the owner may not make it.
    """
    role, password = (settings.DATABASE_APPLICATION[name] for name in ("USER", "PASSWORD"))
    with transaction.atomic(), connection.cursor() as cursor:
        _make(cursor, role, password)
        tables = sql.SQL(", ").join(map(sql.Identifier, append_only_tables()))
        for statement in (
            "REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}",
            "GRANT USAGE ON SCHEMA public TO {role}",
            "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
            "REVOKE UPDATE, DELETE ON {tables} FROM {role}",
            "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
        ):
            cursor.execute(sql.SQL(statement).format(role=sql.Identifier(role), tables=tables))


def _make(cursor: Any, role: str, password: str) -> None:
    cursor.execute(
        "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = %s), "
        "(SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)",
        [role],
    )
    is_there, may_make = cursor.fetchone()
    if is_there:
        return
    if not may_make or not password:
        raise CommandError(
            f"The database has no account called {role}, and its owner may not make one. As an administrator of the "
            f"server, run: CREATE ROLE {role} LOGIN PASSWORD '…'; then migrate again."
        )
    cursor.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))
