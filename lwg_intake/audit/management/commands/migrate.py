import gc
from typing import Any

from django.conf import settings
from django.core.management.commands import migrate

from lwg_intake.audit.grants import as_owner, grant


class Command(migrate.Command):
    help = f"{migrate.Command.help} As the database's owner where there is one, who then grants the program its rights."

    def execute(self, *args: Any, **options: Any) -> str | None:
        # The checks before it ask the database too, and the program's account may not be there yet.
        with as_owner():
            return super().execute(*args, **options)

    def handle(self, *args: Any, **options: Any) -> None:
        # Each step makes the classes of all models around it anew; the collector would go through them again and again.
        gc.disable()
        try:
            super().handle(*args, **options)
        finally:
            gc.enable()
        if settings.DATABASE_OWNER:
            grant()
