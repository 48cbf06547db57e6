"""The interaction note of a return: one line for each step that is done, non-clinical, in the order of the steps."""

from collections.abc import Mapping
from typing import Any

from lwg_intake.records.rules import Category, Channel, Modality
from returning.facts import Facts

Fields = Mapping[str, Any]


def ending(said: Fields, facts: Facts) -> str:
    severe = " Marked as severe." if said["severe"] else ""
    summary = f" {said['summary'].rstrip('.')}." if said["summary"] else ""
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


def demographics(said: Fields, facts: Facts) -> str:
    changed = said.get("changed") or []
    return "E-mail, phone and address confirmed." + (f" Updated: {', '.join(changed)}." if changed else "")


def insurance(said: Fields, facts: Facts) -> str:
    changed = "changed" if said["changed"] == "yes" else "unchanged"
    billing = " Billing settings updated." if said["billing_updated"] else ""
    active = "active" if said["active"] == "yes" else "not active"
    return f"Insurance {said['payer']}: {active}, {changed}.{billing}"


def balance(said: Fields, facts: Facts) -> str:
    told = " Client told that a balance has to be settled before scheduling." if said["told"] else ""
    arranged = f" Billing's arrangement: {facts.arrangement}." if facts.arrangement else ""
    return f"Balance checked: ${said['seen']}.{arranged}{told}"


def portal(said: Fields, facts: Facts) -> str:
    sent = f" Sent again: {', '.join(said['sent'])}." if said["sent"] else " Required forms complete."
    return f"Portal: {said['portal']}.{sent}"


def omhc(said: Fields, facts: Facts) -> str:
    if said["completed_on"]:
        return f"OMHC assessment completed on {said['completed_on']}."
    return f"OMHC assessment booked for {said['booked_on']}." if said["booked_on"] else ""


def match(said: Fields, facts: Facts) -> str:
    return f"Matched with {said['clinician']}." if said.get("clinician") else ""


def schedule(said: Fields, facts: Facts) -> str:
    kind = "Intake" if said["kind"] == "intake" else "Session"
    return f"{kind} scheduled for {said['on']} at {said['time'][:5]}, {Modality(said['modality']).label.lower()}."


def assignment(said: Fields, facts: Facts) -> str:
    return (
        f"{said['clinician']} assigned on the Clinicians tab on {said['started_on']}." if said.get("clinician") else ""
    )


def notice(said: Fields, facts: Facts) -> str:
    return "New clinician notified by e-mail."


def removal(said: Fields, facts: Facts) -> str:
    return f"Management asked to remove {', '.join(said['clinicians'])} from the record."


def tracker(said: Fields, facts: Facts) -> str:
    return "Added to the Returning Client Tracker."
