"""What `check --deploy` says of the program's account of the database."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import Tags, Warning, register

from lwg_intake.audit.grants import could

HINT = (
    "Give the program an account of its own in DATABASE_URL, and the owner's in DATABASE_OWNER_URL to `migrate` alone "
    "(docs/audit.md). Where `migrate` has it, `check --deploy --database default` asks the database itself."
)


@register(Tags.security, deploy=True)
def own_account(databases: Sequence[str] | None = None, **_: Any) -> list[Warning]:
    """Whether the program could put aside the guards of what is on record.

    The database is asked with `--database default` only; otherwise it is guessed from what the environment names.
    """
    guess = [] if settings.DATABASE_OWNER else ["is the only one that is named"]
    found = could() if databases else guess
    said = f"The program's account of the database {', '.join(found)}: it could change what is on record."
    return [Warning(said, hint=HINT, id="audit.W001")] if found else []
