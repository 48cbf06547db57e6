"""Which clinicians fit a client: hard rules leave out and say why, soft ones rank (S0 step 6, S1 step 4, R33)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lwg_intake.records.rules import Employment, Modality, PayerClass, Service, accepts, sees_age


@dataclass(frozen=True)
class Needs:
    """What a client needs on the day of the visit. Empty wishes ask for nothing.

    `times_first` lets the times met rank before every other wish: the client changes over the schedule.
    """

    service: str
    on: date
    state: str = ""
    payer: str = ""
    payer_class: str = ""
    payer_state: str = ""
    dob: date | None = None
    specialties: tuple[str, ...] = ()
    language: str = ""
    gender: str = ""
    modality: str = ""
    times: tuple[str, ...] = ()
    times_first: bool = False
    not_clinicians: tuple[int, ...] = ()


class Offer(NamedTuple):
    """A clinician as the match sees one. `taken` counts open assignments and places held."""

    pk: int
    name: str
    kind: str
    email: str
    states: Sequence[str]
    payers: Sequence[str]
    services: Sequence[str]
    specialties: Sequence[str]
    languages: Sequence[str]
    ages: Sequence[str]
    openings: Sequence[str]
    gender: str
    modality: str
    employment: str
    capacity: int | None
    accepting_new: bool | None
    last_day: date | None
    taken: int
    leaving_on: date | None = None

    @property
    def free(self) -> int | None:
        """Places left; None where the capacity is not on record."""
        return None if self.capacity is None else self.capacity - self.taken


@dataclass(frozen=True)
class Fit:
    """A clinician with what speaks for them and, where left out, why."""

    offer: Offer
    reasons: tuple[str, ...]
    against: tuple[str, ...]
    wishes: int


class Hard(NamedTuple):
    """A rule that leaves a clinician out where it holds, and the words that say why."""

    holds: Callable[[Needs, Offer], bool]
    words: Callable[[Needs, Offer], str]


HARD = (
    Hard(lambda needs, offer: offer.pk in needs.not_clinicians, lambda *_: "is the clinician the client is leaving"),
    Hard(
        lambda needs, offer: offer.last_day is not None and offer.last_day <= needs.on,
        lambda _, offer: f"leaves on {offer.last_day}",
    ),
    Hard(
        lambda _, offer: offer.leaving_on is not None,
        lambda _, offer: f"has given notice (last day {offer.leaving_on})",
    ),
    Hard(lambda _, offer: offer.accepting_new is False, lambda *_: "takes no new clients"),
    Hard(
        lambda needs, offer: bool(offer.services) and needs.service not in offer.services,
        lambda needs, _: f"does not offer {Service(needs.service).label.lower()}",
    ),
    Hard(
        lambda needs, offer: bool(offer.states and needs.state) and needs.state not in offer.states,
        lambda needs, _: f"is not licensed in {needs.state}",
    ),
    Hard(
        lambda needs, offer: (
            bool(needs.payer)
            and needs.payer_class != PayerClass.SELF_PAY
            and not accepts(offer.payers, needs.payer, needs.payer_state or needs.state)
        ),
        lambda needs, _: (
            f"does not take {needs.payer}" + (f" in {needs.payer_state or needs.state}" if needs.state else "")
        ),
    ),
    Hard(
        lambda needs, offer: not sees_age(offer.ages, needs.dob, needs.on),
        lambda _, offer: f"sees ages {', '.join(offer.ages)} only",
    ),
    Hard(
        lambda _, offer: offer.free is not None and offer.free <= 0,
        lambda _, offer: f"is full ({offer.taken} of {offer.capacity})",
    ),
)


def left_out(needs: Needs, offer: Offer) -> list[str]:
    """The hard rules. Each sentence is a reason why this clinician cannot be offered."""
    return [rule.words(needs, offer) for rule in HARD if rule.holds(needs, offer)]


def wishes_met(needs: Needs, offer: Offer) -> list[str]:
    """The soft rules: each wish that this clinician meets."""
    met = [f"works with {wish}" for wish in needs.specialties if _among(wish, offer.specialties)]
    if needs.language and _among(needs.language, offer.languages):
        met.append(f"speaks {needs.language}")
    if needs.gender and _among(needs.gender, (offer.gender,)):
        met.append(f"is {offer.gender}")
    if needs.modality and offer.modality in (needs.modality, Modality.BOTH):
        met.append(f"sees clients {Modality(needs.modality).label.lower()}")
    return met + [f"has {wish} free" for wish in times_met(needs, offer)]


def _among(wish: str, has: Sequence[str]) -> bool:
    return wish in has or wish.casefold() in map(str.casefold, has)


def times_met(needs: Needs, offer: Offer) -> list[str]:
    """The times asked for that this clinician has free."""
    return [wish for wish in needs.times if any(wish.casefold() in opening.casefold() for opening in offer.openings)]


def judge(needs: Needs, offer: Offer) -> Fit:
    reasons = wishes_met(needs, offer)
    wishes, free = len(reasons), offer.free
    if offer.employment == Employment.FULL_TIME:
        reasons.append("full time")
    reasons.append("capacity not on record" if free is None else f"{free} of {offer.capacity} places free")
    return Fit(offer, tuple(reasons), tuple(left_out(needs, offer)), wishes)


def rank(needs: Needs, offers: Iterable[Offer]) -> tuple[list[Fit], list[Fit]]:
    """Who fits, best first, and who is left out. Wishes met count first, then full time, then free places."""
    fits = [judge(needs, offer) for offer in offers]

    def order(fit: Fit) -> tuple[int, int, bool, int, str]:
        free = fit.offer.free
        return (
            -len(times_met(needs, fit.offer)) if needs.times_first else 0,
            -fit.wishes,
            fit.offer.employment != Employment.FULL_TIME,
            -(free if free is not None else 0),
            fit.offer.name,
        )

    return (
        sorted((fit for fit in fits if not fit.against), key=order),
        sorted((fit for fit in fits if fit.against), key=lambda fit: (len(fit.against), fit.offer.name)),
    )
