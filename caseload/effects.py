"""What a number's new value would alter of what the night suggests: two dry runs of the sweep, compared."""

from __future__ import annotations

from caseload.sweeps import NUMBERS_USED, Found, sweep
from lwg_intake.policy.effects import Effect, Numbers, counted
from lwg_intake.records.models import Client

Key = tuple[str, str, str, str]


def effects_of(key: str, before: Numbers, after: Numbers) -> list[Effect]:
    """The suggestions that tonight's sweep would open or withdraw by the new value and not by the old."""
    if key not in NUMBERS_USED:
        return []
    old, new = (sweep(dry_run=True, numbers=numbers) for numbers in (before, after))
    (opened, withdrawn), (would_open, would_withdraw) = _keys(old), _keys(new)
    return counted(
        [
            effect
            for effect in (
                _told("Suggestions opened tonight that the old value would not open", would_open - opened),
                _told("Suggestions that the old value would open tonight, not opened", opened - would_open),
                _told("Open suggestions withdrawn tonight", would_withdraw - withdrawn),
                _told("Suggestions that the old value would withdraw tonight, left open", withdrawn - would_withdraw),
            )
            if effect
        ]
    )


def _keys(found: Found) -> tuple[set[Key], set[Key]]:
    opened, withdrawn = (
        {(line["client_ref"], line["clinician_ref"], line["service"], line["ground"]) for line in lines}
        for lines in (found.opened, found.withdrawn)
    )
    return opened, withdrawn


def _told(what: str, keys: set[Key]) -> Effect | None:
    if not keys:
        return None
    refs = {ref for ref, *_ in keys}
    clients = frozenset(Client.objects.filter(ref__in=refs).values_list("pk", flat=True))
    return Effect(f"{what}: {len(keys):,}.", clients=clients)
