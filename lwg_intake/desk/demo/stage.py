"""What the demo needs before its programs start: the database, the invented practice, the sign-ins."""

import shutil
from collections.abc import Callable
from pathlib import Path

from django.core.management import call_command
from django.db import connection, connections

from caseload.sweeps import sweep
from lwg_intake.audit.grants import as_owner
from lwg_intake.desk.demo import DRAWN_CLIENTS
from lwg_intake.desk.demo.accounts import make_accounts
from lwg_intake.desk.demo.departures import begin_a_departure
from lwg_intake.desk.demo.practice import write_practice
from lwg_intake.desk.demo.reassignments import begin_reassignments
from lwg_intake.desk.demo.reviews import write_reviews
from lwg_intake.desk.demo.visits import fill_the_backfill_list
from lwg_intake.desk.schema import bring_up_to_date
from lwg_intake.embedded import Cluster
from lwg_intake.imports.practice import import_folder
from lwg_intake.records.models import Client

Say = Callable[[str], None]


def prepare(
    home: Path, cluster: Cluster, fresh: bool, say: Say, drawn: int | None = None
) -> list[tuple[str, str, str]]:
    """Make everything ready, or go on with what is there. Returns role, e-mail and password of each sign-in.

    A new practice has so many clients beside those who are named, or as many as keep a front desk busy.
    """
    if fresh:
        _start_over(home, cluster)
    bring_up_to_date()
    _load_practice(home, say, drawn)
    accounts = make_accounts()
    write_reviews()
    fill_the_backfill_list()
    begin_reassignments()
    begin_a_departure()
    call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    connections.close_all()
    return accounts


def _start_over(home: Path, cluster: Cluster) -> None:
    cluster.drop_database()
    cluster.create_database()
    for folder in (_practice(home), home / "mail", home / "texts"):
        shutil.rmtree(folder, ignore_errors=True)
    _loaded(home).unlink(missing_ok=True)


def _load_practice(home: Path, say: Say, drawn: int | None) -> None:
    """Import the invented practice once; a load that was interrupted goes on with the same files."""
    folder, loaded = _practice(home), _loaded(home)
    if loaded.exists() or (not folder.exists() and Client.objects.exists()):
        if drawn:
            say("The practice that is here stays as it is; --fresh makes a new one.")
        return
    say("Loading the invented practice, once (less than a minute) …")
    if not folder.exists():
        half_done = folder.with_name("practice.new")
        shutil.rmtree(half_done, ignore_errors=True)
        half_done.mkdir()
        write_practice(half_done, drawn=drawn or DRAWN_CLIENTS)
        half_done.rename(folder)
    import_folder(folder)
    # The database would count the new rows in a minute; the sweep of uncounted ones takes ten times as long.
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    # What the night would find, so that clinicians have something to review at once.
    sweep()
    loaded.touch()


def _practice(home: Path) -> Path:
    return home / "practice"


def _loaded(home: Path) -> Path:
    """Its presence says that the whole practice is in the database."""
    return home / "practice.loaded"
