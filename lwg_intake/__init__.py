# So that a task named with shared_task finds the app, whichever program names it.
from lwg_intake.celery import app as celery_app

__all__ = ["celery_app"]
