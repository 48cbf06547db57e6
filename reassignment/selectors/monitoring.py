"""How a departure goes: the counts against the days left, what stands still, who will be late, what is lacking."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lwg_intake import dates
from lwg_intake.records import places
from lwg_intake.records.matching import Needs, Offer, left_out
from lwg_intake.records.models import Client, Clinician, InsurancePolicy, PlaceHold
from lwg_intake.records.rules import Coverage, Service
from reassignment.models import Departure
from reassignment.rules.departures import OVER, STAYS, Phase
from reassignment.selectors.departures import Line

# How the phases are summed for the one who watches.
GROUPS = (
    ("Placed", (Phase.PLACED,)),
    ("First visit booked", (Phase.SCHEDULED,)),
    ("Waiting for a place", (Phase.WAITING,)),
    ("In contact", (Phase.CONTACT,)),
    ("Being called", (Phase.CALLING,)),
    ("Not yet in contact", (Phase.NOT_YET,)),
    ("Not reached", (Phase.UNREACHED,)),
    ("Being closed", (Phase.ENDING,)),
    ("Another way", (Phase.LEFT,)),
    ("Ended", (Phase.ENDED,)),
)


@dataclass(frozen=True)
class Lack:
    """A kind of client for whom fewer places are free than clients wait."""

    what: str
    clients: int
    free: int


@dataclass(frozen=True)
class Watch:
    """A departure at a glance."""

    groups: list[tuple[str, int]]
    total: int
    settled: int
    days_left: int
    still: list[Line]
    late: list[Line]
    lacks: list[Lack]
    review_due_on: date
    held: int

    @property
    def review_is_due(self) -> bool:
        return self.review_due_on <= dates.today()


def groups(found: list[Line]) -> list[tuple[str, int]]:
    """How many stand where; struck clients are not counted."""
    counts = Counter(line.phase for line in found)
    return [(label, sum(counts[phase] for phase in phases)) for label, phases in GROUPS]


def review_due_on(departure: Departure, numbers: Mapping[str, int]) -> date:
    """Every few days since the last review, or since it was opened (R10)."""
    last = departure.reviewed_at or departure.opened_at
    return dates.day_of(last) + timedelta(days=numbers["roster_review_days"])


def watch(departure: Departure, found: list[Line], numbers: Mapping[str, int]) -> Watch:
    """What the transition manager looks at every few days. A constant number of statements."""
    counted = [line for line in found if line.phase != Phase.STRUCK]
    return Watch(
        groups=groups(found),
        total=len(counted),
        settled=sum(line.phase in OVER for line in counted),
        days_left=(departure.last_day - dates.today()).days,
        still=[line for line in found if line.stands_still],
        late=[line for line in found if line.is_late],
        lacks=lacks(departure, found),
        review_due_on=review_due_on(departure, numbers),
        held=PlaceHold.objects.filter(clinician=departure.clinician_id, released_at__isnull=True).count(),
    )


def lacks(departure: Departure, found: list[Line]) -> list[Lack]:
    """For which insurance, and which specialty of the one who leaves, fewer places are free than clients wait."""
    waiting = [
        line for line in found
        if line.is_pending and line.phase not in (Phase.SCHEDULED, Phase.ENDING)
        and (not line.row["preference"] or line.row["preference"] in STAYS)
    ]  # fmt: skip
    if not waiting:
        return []
    offers = [offer for offer in places.offers() if offer.pk != departure.clinician_id]
    wanted: dict[tuple[str, str, str], list[Needs]] = defaultdict(list)
    for needs in _needs(waiting, departure.last_day):
        wanted[(Service(needs.service).label, needs.payer, needs.payer_state)].append(needs)
    result = []
    for (service, payer, state), alike in sorted(wanted.items()):
        fit = {offer.pk: offer for needs in alike for offer in offers if not left_out(needs, offer)}
        free = _free(fit.values())
        if free is not None and free < len(alike):
            result.append(Lack(" · ".join(filter(None, (service, payer, state))), len(alike), free))
    services = {needs.service for group in wanted.values() for needs in group}
    for specialty in Clinician.objects.get(pk=departure.clinician_id).specialties:
        able = [o for o in offers if specialty in o.specialties and o.accepting_new is not False
                and o.leaving_on is None and (not o.services or services & {*o.services})]  # fmt: skip
        free = _free(able)
        if free is not None and free < len(waiting):
            result.append(Lack(f"Specialty: {specialty}", len(waiting), free))
    return result


def _free(offers: Any) -> int | None:
    """The places free with all of them; None where somebody's capacity is not on record."""
    found: list[Offer] = list(offers)
    if any(offer.free is None for offer in found):
        return None
    return sum(max(offer.free or 0, 0) for offer in found)


def _needs(waiting: list[Line], on: date) -> list[Needs]:
    ids = [line.row["client"] for line in waiting]
    clients = Client.objects.in_bulk(ids)
    covers: dict[int, InsurancePolicy] = {}
    policies = InsurancePolicy.objects.filter(client__in=ids).exclude(active=Coverage.NO)
    for policy in policies.order_by("client", "priority", "-starts_on"):
        if policy.ends_on is None or policy.ends_on >= dates.today():
            covers.setdefault(policy.client_id, policy)
    result = []
    for line in waiting:
        client, cover = clients[line.row["client"]], covers.get(line.row["client"])
        result.append(
            Needs(
                service=line.row["assignment__service"], on=on, state=client.state, dob=client.dob,
                payer=cover.payer if cover else "", payer_class=cover.payer_class if cover else "",
                payer_state=cover.state if cover else "",
            )
        )  # fmt: skip
    return result
