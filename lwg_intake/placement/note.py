"""Lines of the interaction note that both procedures share: non-clinical, in the order of the steps."""

from collections.abc import Mapping
from typing import Any

from lwg_intake.dates import told, told_time
from lwg_intake.placement.facts import Placement
from lwg_intake.records.rules import Modality, dollars

Fields = Mapping[str, Any]


def sentence(words: str) -> str:
    """What somebody typed, with a full stop where it has no end of its own."""
    words = words.strip()
    return words if words.endswith((".", "?", "!", "…")) else f"{words}."


def demographics(said: Fields, facts: Placement) -> str:
    changed = said.get("changed") or []
    return "E-mail, phone and address confirmed." + (f" Updated: {', '.join(changed)}." if changed else "")


def insurance(said: Fields, facts: Placement) -> str:
    changed = "changed" if said["changed"] == "yes" else "unchanged"
    billing = " Billing settings updated." if said["billing_updated"] else ""
    active = "active" if said["active"] == "yes" else "not active"
    return f"Insurance {said['payer']}: {active}, {changed}.{billing}"


def balance(said: Fields, facts: Placement) -> str:
    told = " Client told that a balance has to be settled before scheduling." if said["told"] else ""
    arranged = f" Billing's arrangement: {facts.arrangement}." if facts.arrangement else ""
    return f"Balance checked: {dollars(said['seen'])}.{arranged}{told}"


def portal(said: Fields, facts: Placement) -> str:
    sent = f" Sent again: {', '.join(said['sent'])}." if said["sent"] else " Required forms complete."
    return f"Portal: {said['portal']}.{sent}"


def omhc(said: Fields, facts: Placement) -> str:
    if said["completed_on"]:
        return f"OMHC assessment completed on {told(said['completed_on'])}."
    return f"OMHC assessment booked for {told(said['booked_on'])}." if said["booked_on"] else ""


def match(said: Fields, facts: Placement) -> str:
    return f"Matched with {said['clinician']}." if said.get("clinician") else ""


def schedule(said: Fields, facts: Placement) -> str:
    kind, modality = "Intake" if said["kind"] == "intake" else "Session", Modality(said["modality"]).label.lower()
    return f"{kind} scheduled for {told(said['on'])} at {told_time(said['time'])}, {modality}."


def assignment(said: Fields, facts: Placement) -> str:
    if not said.get("clinician"):
        return ""
    return f"{said['clinician']} assigned on the Clinicians tab on {told(said['started_on'])}."


def removal(said: Fields, facts: Placement) -> str:
    return f"Management asked to remove {', '.join(said['clinicians'])} from the record."
