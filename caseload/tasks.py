from typing import Any

from celery import shared_task

from caseload.digest import send_digests
from caseload.sweeps import sweep
from lwg_intake.errors import Refusal


@shared_task(bind=True, default_retry_delay=60, max_retries=10)
def nightly_sweep(self: Any) -> int:
    """Judge every open assignment as of today. A night that was missed is made good by the next.

    Where another sweep runs, it tries again later: what runs may be the remains of a worker that was killed.
    """
    try:
        return len(sweep().opened)
    except Refusal as refusal:
        raise self.retry(exc=refusal) from refusal


@shared_task
def weekly_digest() -> int:
    """Write to the clinicians who have something to review. Safe to run again in the same week."""
    return send_digests()
