from celery import shared_task

from lwg_intake.audit.chain import seal


@shared_task
def seal_audit(everything: bool = False) -> int:
    """Lengthen the chain over the audit's events. Runs every minute, and once a night over all of them."""
    return seal(everything=everything)
