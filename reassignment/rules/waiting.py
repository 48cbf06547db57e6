"""What a client on the transfer list needs, said without saying who it is, and the week of a reminder (O1, R32)."""

from __future__ import annotations

from datetime import date

from lwg_intake import dates
from lwg_intake.records.matching import Needs
from lwg_intake.records.rules import Modality, Service


def in_words(needs: Needs, minor_until: int) -> str:
    """The needs in one line, with nothing in it that names the client."""
    age = dates.age_on(needs.dob, needs.on) if needs.dob else None
    where = needs.payer_state or needs.state
    parts = (
        Service(needs.service).label,
        f"{needs.payer}{f' in {where}' if where else ''}" if needs.payer else "self-pay or insurance not on record",
        "adult" if age is None or age >= minor_until else "under 13" if age < 13 else "13 or older, a minor",
        f"for {', '.join(needs.specialties)}" if needs.specialties else "",
        f"speaks {needs.language}" if needs.language else "",
        f"asks for a clinician who is {needs.gender}" if needs.gender else "",
        Modality(needs.modality).label.lower() if needs.modality else "",
        f"can come {', '.join(needs.times)}" if needs.times else "",
    )
    return "; ".join(part for part in parts if part)


def week_of(day: date) -> str:
    """The ISO week of a day, such as 2026-W48: one reminder goes out in each."""
    year, week, _ = day.isocalendar()
    return f"{year}-W{week:02}"


def is_reminder_day(day: date, weekday: int) -> bool:
    """From the weekday on, so that a worker that stood still on the day itself makes it good in the same week."""
    return day.isoweekday() >= weekday
