"""What the record shows beside each step of a closing."""

from caseload.drafts import grounds_in_words
from caseload.facts import Closing
from lwg_intake.checklists.procedure import Evidence
from lwg_intake.records.rules import AppointmentState, Channel, ContactOutcome


def visits(facts: Closing) -> list[Evidence]:
    ahead = ", ".join(facts.visits_ahead) or "None"
    others = [Evidence("Other service", service, None, "goes on") for service in facts.other_services]
    return [Evidence("Visits ahead", ahead, None, "Appointments"), *others]


def attempts(facts: Closing) -> list[Evidence]:
    return [
        Evidence(
            Channel(a.channel).label,
            ContactOutcome(a.outcome).label if a.outcome else "No outcome",
            a.on,
            "Interaction log",
        )
        for a in facts.attempts
    ] or [Evidence("Attempts", "None since the last visit", None, "Interaction log")]


def grounds(facts: Closing) -> list[Evidence]:
    shown = [
        Evidence("Suggested for", grounds_in_words(facts)),
        Evidence("Last seen", f"{facts.days_unseen} days ago" if facts.last_seen_on else "Never", facts.last_seen_on),
    ]
    if facts.misses:
        days = ", ".join(f"{day:%b %-d} ({AppointmentState(state).label.lower()})" for day, state in facts.misses)
        shown.append(Evidence(f"{len(facts.misses)} missed", days))
    return shown
