from celery import shared_task

from caseload.sweeps import sweep
from lwg_intake.errors import Refusal


@shared_task
def nightly_sweep() -> int:
    """Judge every open assignment as of today. A night that was missed is made good by the next."""
    try:
        return len(sweep().opened)
    except Refusal:
        return 0
