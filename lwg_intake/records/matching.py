"""Which clinicians fit a client: hard rules leave out and say why, soft ones rank (S0 step 6, S1 step 4, R33)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True)
class Offer:
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


def left_out(needs: Needs, offer: Offer) -> list[str]:
    """The hard rules. Each sentence is a reason why this clinician cannot be offered."""
    service = Service(needs.service).label.lower()
    checks = (
        (offer.pk in needs.not_clinicians, "is the clinician the client is leaving"),
        (offer.last_day is not None and offer.last_day <= needs.on, f"leaves on {offer.last_day}"),
        (offer.leaving_on is not None, f"has given notice (last day {offer.leaving_on})"),
        (offer.accepting_new is False, "takes no new clients"),
        (bool(offer.services) and needs.service not in offer.services, f"does not offer {service}"),
        (bool(offer.states and needs.state) and needs.state not in offer.states, f"is not licensed in {needs.state}"),
        (
            bool(needs.payer)
            and needs.payer_class != PayerClass.SELF_PAY
            and not accepts(offer.payers, needs.payer, needs.payer_state or needs.state),
            f"does not take {needs.payer}" + (f" in {needs.payer_state or needs.state}" if needs.state else ""),
        ),
        (not sees_age(offer.ages, needs.dob, needs.on), f"sees ages {', '.join(offer.ages)} only"),
        (offer.free is not None and offer.free <= 0, f"is full ({offer.taken} of {offer.capacity})"),
    )
    return [reason for holds, reason in checks if holds]


def wishes_met(needs: Needs, offer: Offer) -> list[str]:
    """The soft rules: each wish that this clinician meets."""
    has = {s.casefold() for s in offer.specialties}
    speaks = {s.casefold() for s in offer.languages}
    met = [f"works with {wish}" for wish in needs.specialties if wish.casefold() in has]
    if needs.language and needs.language.casefold() in speaks:
        met.append(f"speaks {needs.language}")
    if needs.gender and needs.gender.casefold() == offer.gender.casefold():
        met.append(f"is {offer.gender}")
    if needs.modality and offer.modality in (needs.modality, Modality.BOTH):
        met.append(f"sees clients {Modality(needs.modality).label.lower()}")
    return met + [f"has {wish} free" for wish in times_met(needs, offer)]


def times_met(needs: Needs, offer: Offer) -> list[str]:
    """The times asked for that this clinician has free."""
    opens = [opening.casefold() for opening in offer.openings]
    return [wish for wish in needs.times if any(wish.casefold() in opening for opening in opens)]


def judge(needs: Needs, offer: Offer) -> Fit:
    met = wishes_met(needs, offer)
    reasons = [*met]
    if offer.employment == Employment.FULL_TIME:
        reasons.append("full time")
    reasons.append("capacity not on record" if offer.free is None else f"{offer.free} of {offer.capacity} places free")
    return Fit(offer, tuple(reasons), tuple(left_out(needs, offer)), len(met))


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
