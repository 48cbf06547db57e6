from celery import shared_task

from reassignment import departure_sweeps, sweeps


@shared_task
def lapse_offers() -> int:
    """Free the places of offers that nobody answered in time."""
    return sweeps.lapse_offers()


@shared_task
def remind_of_waiting() -> int:
    """Once a week, tell matching clinicians what is needed. Safe to run again in the same week."""
    return sweeps.remind()


@shared_task
def remind_of_rosters() -> int:
    """Every few days, ask clinicians who leave to verify their roster. Safe to run again on the same day."""
    return departure_sweeps.remind()
