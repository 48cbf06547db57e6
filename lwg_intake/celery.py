"""The worker and the night's timetable.

The database is the record of work; a task only wakes it up. Any task may run not at all, once or three times, and its
arguments are numbers of rows, never anything about a client.
"""

import os
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lwg_intake.settings")
# A polite end first lets the running task finish; Celery reads this when its worker is imported.
os.environ.setdefault("REMAP_SIGTERM", "SIGQUIT")

# What is frequent has an interval, not an hour: a crontab leaves a hole when the clocks change. What is nightly has an
# hour of the practice's own clock, one that every day of the year has exactly once.
TIMETABLE = {
    "send the outbox": {"task": "lwg_intake.messages.tasks.send_outbox", "schedule": timedelta(minutes=1)},
    "seal the audit": {"task": "lwg_intake.audit.tasks.seal_audit", "schedule": timedelta(minutes=1)},
    "seal what came late": {
        "task": "lwg_intake.audit.tasks.seal_audit",
        "schedule": crontab(hour=4, minute=30),
        "kwargs": {"everything": True},
    },
    "imports whose task was lost": {
        "task": "lwg_intake.imports.tasks.work_on_all",
        "schedule": timedelta(minutes=5),
    },
    "offers that lapse": {"task": "reassignment.tasks.lapse_offers", "schedule": timedelta(minutes=5)},
    "rosters to verify": {"task": "reassignment.tasks.remind_of_rosters", "schedule": crontab(hour=7, minute=30)},
    # Daily, so that a missed weekday is made good; the task itself writes once a week.
    "who waits for an opening": {"task": "reassignment.tasks.remind_of_waiting", "schedule": crontab(hour=7, minute=0)},
    "the night's sweep": {"task": "caseload.tasks.nightly_sweep", "schedule": crontab(hour=3, minute=30)},
    "the week's digest": {
        "task": "caseload.tasks.weekly_digest",
        "schedule": crontab(hour=7, minute=0, day_of_week="mon"),
    },
}

app = Celery("lwg_intake")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.beat_schedule = TIMETABLE
app.autodiscover_tasks()


@task_prerun.connect
def name_origin(task: Any, **_: Any) -> None:
    """Events of the worker say which task wrote them."""
    from lwg_intake.audit.record import ORIGIN

    ORIGIN.set(f"task {task.name}"[:80])
