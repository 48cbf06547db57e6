"""The words of a request for another clinician."""

from __future__ import annotations

from django.db.models import TextChoices


class Reason(TextChoices):
    """Why a client changes clinician: S1's four, or another."""

    FIT = "fit", "Not a good fit"
    SCHEDULE = "schedule", "Schedule conflict"
    INSURANCE = "insurance", "Insurance change"
    LEFT = "left", "The clinician is no longer with the practice"
    OTHER = "other", "Another reason"


class Initiator(TextChoices):
    CLIENT = "client", "The client"
    DEPARTURE = "departure", "A departure"
    CLINICIAN = "clinician", "The clinician"


class Balances(TextChoices):
    """What an open balance does to a reassignment, by the practice's number (R4b)."""

    OFF = "0", "Nothing"
    WARN = "1", "Warns"
    BLOCK = "2", "Blocks"
