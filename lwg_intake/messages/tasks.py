from celery import shared_task

from lwg_intake.messages.sending import send_due


@shared_task
def send_outbox() -> int:
    """Send what is due. Runs every minute, and whenever a message is written."""
    return send_due()
