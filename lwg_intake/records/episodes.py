"""Episodes follow from assignments and terminations; nobody writes them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from lwg_intake.records.models import Assignment, Client, Episode, Termination
from lwg_intake.records.rules import Category
from lwg_intake.rows import among

CHUNK = 5_000

# Of two terminations on one day the graver names the ending, so that it is not overlooked when the client returns.
GRAVITY = {category: place for place, category in enumerate([*"DCBA", Category.NONE])}


@dataclass(frozen=True)
class Run:
    """An assignment's first day, and the day on which it was over, by its end or its termination."""

    started_on: date
    over_on: date | None


@dataclass(frozen=True)
class Ending:
    pk: int
    on: date


@dataclass(frozen=True)
class Span:
    """An episode as it follows from the record."""

    started_on: date
    ended_on: date | None = None
    termination_id: int | None = None


def spans(runs: Iterable[Run], endings: Iterable[Ending]) -> Iterator[Span]:
    """The episodes of one client: each from its first assignment to the ending after which none was running.

    Endings come oldest first, and within a day the one that counts first. An ending with another assignment begun by
    that day and not over leaves the episode open, and so does having no ending at all.
    """
    waiting = sorted(runs, key=lambda run: run.started_on)
    begun: list[Run] = []
    for ending in endings:
        while waiting and waiting[0].started_on <= ending.on:
            begun.append(waiting.pop(0))
        if begun and all(run.over_on and run.over_on <= ending.on for run in begun):
            yield Span(begun[0].started_on, ending.on, ending.pk)
            begun = []
    begun += waiting
    if begun:
        yield Span(begun[0].started_on)


def derive(client_ids: Iterable[int] | None = None) -> None:
    """Bring the episodes of these clients, or of all, in line with the record. What is right already is not touched."""
    listed = (
        sorted(set(client_ids))
        if client_ids is not None
        else list(Client.objects.order_by("pk").values_list("pk", flat=True))
    )
    for start in range(0, len(listed), CHUNK):
        with transaction.atomic():
            _derive(listed[start : start + CHUNK])


def _derive(client_ids: list[int]) -> None:
    # Two derivations of one client take turns; in the order of the ids, so that neither waits for the other.
    list(
        Client.objects.filter(pk__in=among(client_ids)).order_by("pk").select_for_update(no_key=True).values_list("pk")
    )
    runs, endings = _facts(client_ids)
    there: dict[int, list[Episode]] = defaultdict(list)
    for episode in Episode.objects.filter(client__in=among(client_ids)).order_by("client", "started_on"):
        there[episode.client_id].append(episode)
    new: list[Episode] = []
    changed: list[Episode] = []
    gone: list[Episode] = []
    for client in client_ids:
        wanted = list(spans(runs[client], endings[client]))
        starts = {span.started_on for span in wanted}
        kept = {episode.started_on: episode for episode in there[client] if episode.started_on in starts}
        spare = [episode for episode in there[client] if episode.started_on not in starts]
        for span in wanted:
            known = kept.get(span.started_on) or (spare.pop(0) if spare else None)
            if known is None:
                new.append(Episode(client_id=client, **vars(span)))
            elif any(getattr(known, name) != value for name, value in vars(span).items()):
                for name, value in vars(span).items():
                    setattr(known, name, value)
                changed.append(known)
        gone += spare
    if gone:
        Episode.objects.filter(pk__in=[episode.pk for episode in gone]).delete()
    # What ends is written first, since a client has one open episode at most.
    for ends in (True, False):
        batch = [episode for episode in changed if (episode.ended_on is not None) is ends]
        Episode.objects.bulk_update(batch, ["started_on", "ended_on", "termination"], batch_size=1_000)
    Episode.objects.bulk_create(new, batch_size=2_000)


def _facts(client_ids: list[int]) -> tuple[dict[int, list[Run]], dict[int, list[Ending]]]:
    endings: dict[int, list[Ending]] = defaultdict(list)
    by_pairing: dict[tuple[int, int, str], list[date]] = defaultdict(list)
    found = Termination.objects.filter(client__in=among(client_ids)).values_list(
        "pk", "client", "clinician", "service", "ended_on", "category"
    )
    for pk, client, clinician, service, on, _category in sorted(found, key=lambda t: (t[4], GRAVITY[t[5]], t[0])):
        endings[client].append(Ending(pk, on))
        by_pairing[client, clinician, service].append(on)
    runs: dict[int, list[Run]] = defaultdict(list)
    assigned = Assignment.objects.filter(client__in=among(client_ids))
    for client, clinician, service, start, end in assigned.values_list(
        "client", "clinician", "service", "started_on", "ended_on"
    ):
        over = [on for on in by_pairing[client, clinician, service] if on >= start] + ([end] if end else [])
        runs[client].append(Run(start, min(over, default=None)))
    return runs, endings
