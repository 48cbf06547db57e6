"""The interaction note of a reassignment, where its lines are its own."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from lwg_intake.dates import told
from lwg_intake.placement.note import sentence
from lwg_intake.records.rules import dollars
from reassignment.facts import Request
from reassignment.rules.words import Reason

Fields = Mapping[str, Any]


def reason(said: Fields, facts: Request) -> str:
    wish = f" Preference: {sentence(said['preference'])}" if said.get("preference") else ""
    why = Reason(said["reason"]).label.lower()
    return (
        f"Client asks for another clinician than {facts.old_clinician}. Reason: {why}. "
        f"Client's words: {sentence(said['clarified'])}{wish}"
    )


def contact(said: Fields, facts: Request) -> str:
    changed = said.get("changed") or []
    return "Phone and e-mail confirmed." + (f" Updated: {', '.join(changed)}." if changed else "")


def balance(said: Fields, facts: Request) -> str:
    """What was seen, and that the client knows: not that it holds anything up, which here is the practice's choice."""
    told = " Client told of the balance." if said["told"] and Decimal(said["seen"]) > 0 else ""
    arranged = f" Billing's arrangement: {facts.arrangement}." if facts.arrangement else ""
    return f"Balance checked: {dollars(said['seen'])}.{arranged}{told}"


def notice(said: Fields, facts: Request) -> str:
    return "New and previous clinician notified by e-mail." if said.get("both") else "New clinician notified by e-mail."


def new_forms(said: Fields, facts: Request) -> str:
    return f"Sent for the new clinician: {', '.join(said['sent'])}."


def tracker(said: Fields, facts: Request) -> str:
    return "Added to the reassignment tracker."


def first_visit(said: Fields, facts: Request) -> str:
    day = told(said["on"])
    return f"First visit kept on {day}." if said["how"] == "kept" else f"Visit of {day} missed."
