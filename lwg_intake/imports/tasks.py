from celery import shared_task

from lwg_intake.imports import working

# An import may take long; a second worker that gets the task meanwhile finds it locked and leaves.
HOURS = 3600


@shared_task(time_limit=4 * HOURS)
def work_on(run: int) -> None:
    """Check, apply or undo one import: whatever it waits for."""
    working.work(run)


@shared_task(time_limit=4 * HOURS)
def work_on_all() -> None:
    """Find imports whose task was lost. Runs every few minutes; most times there is none."""
    for run in working.waiting():
        working.work(run)
