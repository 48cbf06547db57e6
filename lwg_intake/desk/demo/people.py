"""Invented clients: who they are, how they are insured, what they signed. Their history is in histories.py."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from lwg_intake.desk.demo.book import Book
from lwg_intake.desk.demo.cases import payer_class
from lwg_intake.desk.demo.names import (
    AREA_CODES,
    CULTURES,
    MAIL,
    NICKNAMES,
    PHONE_FORMS,
    SPOKEN,
    STREETS,
    TOWNS,
    WEIGHTS,
    plain,
    spoken,
)
from lwg_intake.desk.demo.staff import CAREFIRST, CIGNA, MEDICAID, UNITED

PAYERS = {CAREFIRST: 34, MEDICAID: 26, UNITED: 16, CIGNA: 14, "Self-pay": 5, "Evergreen EAP": 2, "Highmark BCBS": 1,
          "Veterans Affairs": 1, "DC Medicaid": 1, "Virginia Medicaid": 1}  # fmt: skip
TIMES = ("weekday mornings", "weekday afternoons", "evenings after 17:00", "Saturdays", "lunch hours", "Tue", "Thu")

PRACTICE_FORMS = (
    "Consent for treatment", "Telehealth consent", "HIPAA notice of privacy practices", "Financial agreement",
    "Card-on-file authorisation",
)  # fmt: skip
CLINICIAN_FORMS = ("Treatment plan", "Disclosure statement", "About Me")


@dataclass(frozen=True)
class Person:
    """What the history needs to know of a client. `cells` is the row of clients.csv, to be completed."""

    ref: str
    state: str
    payer: str
    dob: date | None
    cells: dict[str, Any]


def drawn(book: Book, number: int) -> Person:
    """A client by chance."""
    rng = book.rng
    women, men, anyone, family = rng.choices(CULTURES, WEIGHTS)[0]
    first = rng.choice(rng.choices((women, men, anyone), (52, 40, 8))[0].split())
    last = spoken(rng.choice(family.split()))
    if rng.random() < 0.06:
        other = spoken(rng.choice(rng.choice(CULTURES)[3].split()))
        last = f"{last}{rng.choice(('-', ' '))}{other}"
    state, city, postal_code, _ = rng.choices(TOWNS, [town[3] for town in TOWNS])[0]
    payer = rng.choices(list(PAYERS), list(PAYERS.values()))[0]
    if payer == MEDICAID and state != "MD":
        payer = rng.choice((CAREFIRST, CIGNA))
    years = rng.uniform(6, 17) if rng.random() < 0.09 else rng.triangular(18.1, 82, 31)
    dob = book.today - timedelta(int(years * 365.25))
    language, often = SPOKEN.get(family.split()[0], ("English", 0))
    if rng.randrange(100) >= often:
        language = rng.choices(("English", "Spanish", ""), (96, 3, 1))[0]
    return person(book, number, first, last, state, payer, dob, city=city, postal_code=postal_code, language=language)


def person(
    book: Book, number: int, first: str, last: str, state: str, payer: str, dob: date | None, **more: Any
) -> Person:
    """A client with everything that the front desk would have on file; `more` are cells that are given."""
    rng = book.rng
    ref = f"LW-{number}"
    city, postal_code = next((town[1], town[2]) for town in TOWNS if town[0] == state)
    minor = dob is not None and (book.today - dob).days < 18 * 365.25
    cells: dict[str, Any] = {
        "client_ref": ref, "first_name": first, "last_name": last, "dob": dob, "state": state, "city": city,
        "preferred_name": NICKNAMES.get(first, "") if rng.random() < 0.5 else "",
        "postal_code": postal_code, "phone": phone(book, state),
        "email": mail(first, last, number) if rng.random() < 0.95 else "",
        "address": address(book),
        "email_ok": rng.choices((True, False, None), (86, 6, 8))[0],
        "text_ok": rng.choices((True, False, None), (72, 18, 10))[0],
        "portal": rng.choices(("active", "invited", "none", ""), (76, 13, 9, 2))[0],
        "balance": "0.00", "balance_as_of": book.today - timedelta(1), "no_show_fees": "0.00",
        "availability": rng.sample(TIMES, rng.randint(0, 2)), "flags": [],
    }  # fmt: skip
    if minor:
        guardian = rng.choice(" ".join(part for part in CULTURES[rng.randrange(len(CULTURES))][:2]).split())
        relation = rng.choice(("mother", "mother", "father", "grandmother", "legal guardian"))
        cells |= {"guardian_name": f"{guardian} {last} ({relation})", "guardian_phone": phone(book, state),
                  "guardian_email": mail(guardian, last, number)}  # fmt: skip
    cells |= more
    book.add("clients", **cells)
    return Person(ref, state, payer, dob, book.rows["clients"][-1])


def phone(book: Book, state: str) -> str:
    area, end = book.rng.choice(AREA_CODES[state]), f"01{book.rng.randrange(100):02}"
    return book.rng.choice(PHONE_FORMS).format(area, end)


def address(book: Book) -> str:
    flat = f", Apt {book.rng.randint(1, 40)}" if book.rng.random() < 0.3 else ""
    return f"{book.rng.randint(2, 899)} {book.rng.choice(STREETS)}{flat}"


def mail(first: str, last: str, number: int) -> str:
    return f"{plain(first)}.{plain(last)}{number % 100:02}@{MAIL[number % len(MAIL)]}"


def insure(
    book: Book,
    who: Person,
    payer: str,
    since: date,
    *,
    priority: int = 1,
    active: str = "yes",
    ends_on: date | None = None,
) -> None:
    """One policy, checked some time in the last months while it is active."""
    rng, kind = book.rng, payer_class(payer)
    number = f"{payer[:2].upper()}{rng.randrange(10**8, 10**9)}" if kind != "self_pay" else ""
    verified = book.today - timedelta(rng.randint(2, 160)) if active == "yes" and rng.random() < 0.9 else None
    book.add("insurance", client_ref=who.ref, payer=payer, payer_class=kind, state=who.state, member_id=number,
             priority=priority, starts_on=since, ends_on=ends_on, active=active,
             verified_on=max(verified, since) if verified else None)  # fmt: skip


def sign_forms(book: Book, who: Person, clinician_ref: str, started_on: date) -> None:
    """The practice's forms and the clinician's own, most of them signed, some long ago and expired."""
    rng = book.rng
    forms = [(kind, None) for kind in PRACTICE_FORMS] + [(kind, clinician_ref) for kind in CLINICIAN_FORMS]
    for kind, clinician in forms:
        sent_on: date | None = started_on - timedelta(rng.randint(1, 6))
        state = rng.choices(("signed", "sent", "not_sent"), (93, 5, 2))[0]
        signed_on = min(started_on + timedelta(rng.randint(0, 2)), book.today) if state == "signed" else None
        expires_on = (
            signed_on + timedelta(365) if signed_on and kind in ("Treatment plan", "Financial agreement") else None
        )
        if expires_on and expires_on < book.today:
            state = "expired"
        if state == "not_sent":
            sent_on = None
        book.add("documents", client_ref=who.ref, clinician_ref=clinician, kind=kind, state=state, sent_on=sent_on,
                 signed_on=signed_on, expires_on=expires_on)  # fmt: skip


def plan_transition(book: Book, who: Person, clinician_ref: str, ended_on: date) -> None:
    """The transition plan, written with the client as care ends."""
    state, signed_on = ("signed", ended_on) if book.rng.random() < 0.7 else ("sent", None)
    book.add("documents", client_ref=who.ref, clinician_ref=clinician_ref, kind="Transition plan", state=state,
             sent_on=ended_on, signed_on=signed_on)  # fmt: skip
