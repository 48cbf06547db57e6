"""What the program drafts for a closing: the summary, the note to paste, the letter's words. A person corrects them."""

from datetime import date

from caseload.facts import Closing
from caseload.rules import Ground, letter_template
from lwg_intake.records.rules import AppointmentState, Category, Channel, ContactOutcome

REFERRALS = (
    "Psychology Today's directory: psychologytoday.com, Find a Therapist",
    "Your insurer's member line, on the back of your card",
    "SAMHSA's national helpline: 1-800-662-4357, any hour",
)
POLICY = "three missed appointments or late cancellations end services."


def grounds_in_words(facts: Closing) -> str:
    return "; ".join(Ground(ground).label.lower() for ground in facts.grounds) or "the clinician's own judgement"


def attempts_in_words(facts: Closing) -> str:
    return (
        "; ".join(
            f"{a.on:%b %-d, %Y} {Channel(a.channel).label.lower()}"
            + (f" ({ContactOutcome(a.outcome).label.lower()})" if a.outcome else "")
            for a in facts.attempts
        )
        or "none on record"
    )


def summary(facts: Closing) -> str:
    """The discharge summary, from the record alone: no clinical content is known here, so none is made up."""
    seen = f"{facts.last_seen_on:%b %-d, %Y}" if facts.last_seen_on else "never"
    missed = "; ".join(f"{day:%b %-d, %Y} {AppointmentState(state).label.lower()}" for day, state in facts.misses)
    lines = [
        f"Service: {facts.service} with {facts.clinician}, from {facts.started_on:%b %-d, %Y}.",
        f"Visits kept: {facts.visits_kept}. Last seen: {seen}.",
        f"Missed: {missed}." if missed else "No missed visits.",
        f"Reason for closing: {grounds_in_words(facts)}.",
        f"Attempts to reach the client: {attempts_in_words(facts)}.",
        "Progress and condition at the end: ",
        "Recommendations: ",
    ]
    return "\n".join(lines)


def reasoning(facts: Closing) -> str:
    """Why the summary was written without the client."""
    return f"The client could not be reached ({attempts_in_words(facts)})." if facts.attempts else ""


def termination_note(facts: Closing) -> str:
    """What the clinician pastes into a Termination Note."""
    category = facts.said("ending", "category")
    ended_on = date.fromisoformat(facts.said("ending", "ended_on", str(facts.today)))
    lines = [
        f"Ended on {ended_on:%b %-d, %Y}. Category: {Category(category).label if category else 'not chosen yet'}.",
        f"Ground: {facts.said('ending', 'ground', grounds_in_words(facts))}.",
        facts.said("summary", "text", ""),
        f"Written without the client: {facts.said('summary', 'reasoning')}"
        if facts.said("summary", "with_client") == "no"
        else "Reviewed with the client.",
        f"Referrals: {facts.said('letter', 'referrals', '; '.join(REFERRALS))}",
        "The client may return.",
    ]
    return "\n".join(line for line in lines if line)


def letter_variables(facts: Closing, referrals: str) -> dict[str, str]:
    """What the letter says: no diagnosis, no service (rules.md, T20 to T24)."""
    from django.conf import settings

    return {
        "clinician_name": facts.clinician,
        "end_date": f"{date.fromisoformat(facts.said('ending', 'ended_on', str(facts.today))):%B %-d, %Y}",
        "return_contact": settings.PRACTICE_PHONE,
        "referrals": referrals,
        "missed_count": str(len(facts.misses)),
        "policy_summary": POLICY,
        "reason_text_neutral": "This is as we talked about."
        if facts.said("last_session", "last_session") == "held"
        else "We wish you well.",
    }


def letter(facts: Closing, referrals: str) -> str:
    from lwg_intake.messages.texts import render

    return render(letter_template(facts), client_first_name=facts.called, **letter_variables(facts, referrals)).body
