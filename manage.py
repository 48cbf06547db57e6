#!/usr/bin/env python
"""Runs one command; without DATABASE_URL on the embedded PostgreSQL under LWG_HOME, started and migrated for it."""

import gc
import os
import signal
import sys

# Commands that do without a database, or look after it themselves.
NO_DATABASE = {"help", "version", "check", "collectstatic", "findstatic", "diffsettings", "demo"}
# Commands that use the database as they find it.
AS_IT_IS = {"migrate", "makemigrations", "showmigrations", "sqlmigrate", "squashmigrations", "optimizemigration"}


def main() -> int:
    # What is loaded at the start stays: the collector would go through it for rubbish again and again.
    gc.set_threshold(50_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lwg_intake.settings")
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    asks_for_help = command.startswith("-") or bool({"-h", "--help"} & set(sys.argv))
    if os.environ.get("DATABASE_URL", "").strip() or asks_for_help or command in NO_DATABASE:
        execute()
        return 0

    from lwg_intake.embedded import Cluster, EmbeddedError

    # Being ended politely must still stop what this started.
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    try:
        from django.conf import settings

        with Cluster(settings.LWG_HOME).running():
            if command not in AS_IT_IS:
                migrate()
            execute()
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0


def migrate() -> None:
    import django

    django.setup()
    from lwg_intake.desk.schema import bring_up_to_date

    bring_up_to_date()


def execute() -> None:
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    sys.exit(main())
