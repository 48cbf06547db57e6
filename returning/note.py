"""The interaction note of a return: one line for each step that is done, non-clinical, in the order of the steps."""

from collections.abc import Mapping
from typing import Any

from lwg_intake.placement.note import sentence
from lwg_intake.records.rules import Category, Channel
from returning.facts import Facts

Fields = Mapping[str, Any]


def ending(said: Fields, facts: Facts) -> str:
    severe = " Marked as severe." if said["severe"] else ""
    summary = f" {sentence(said['summary'])}" if said["summary"] else ""
    return f"Past records reviewed. Last ending {Category(said['category']).label}.{summary}{severe}"


def commitment(said: Fields, facts: Facts) -> str:
    return f"Attendance commitment on {said['committed_on']} by {Channel(said['how']).label.lower()}: {said['words']}"


def decision(said: Fields, facts: Facts) -> str:
    words = {
        "accept": "Management: the client may return.",
        "conditions": f"Management: the client may return, with conditions: {said['conditions']}",
        "refuse": "Management: the client cannot return; refer out.",
    }
    return words[said["decision"]]


def referral(said: Fields, facts: Facts) -> str:
    return f"Told by {Channel(said['how']).label.lower()}; referred to Psychology Today, crisis line 988 given."


def notice(said: Fields, facts: Facts) -> str:
    return "New clinician notified by e-mail."


def tracker(said: Fields, facts: Facts) -> str:
    return "Added to the Returning Client Tracker."
