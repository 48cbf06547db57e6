"""The invented practice: a folder of files as import_practice reads them, the same one for the same day."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from random import Random

from lwg_intake import dates
from lwg_intake.desk.demo import DRAWN_CLIENTS, histories, people, staff, visits
from lwg_intake.desk.demo.archive import write_formers
from lwg_intake.desk.demo.book import Book
from lwg_intake.desk.demo.cases import CASES, Case
from lwg_intake.desk.demo.people import Person
from lwg_intake.desk.demo.staff import Staff

SEED = 20_260_301
DRAWN_CLINICIANS = 27
FIRST_REF = 20_101
LEAVING = "CL-07"
ROSTER = 14


def write_practice(folder: Path, today: date | None = None, drawn: int = DRAWN_CLIENTS) -> None:
    """Write the practice as it stands on a day (today, unless another is given). The folder is made if need be.

    So many clients are drawn, beside those who are named.
    """
    book = Book(today or dates.today(), Random(SEED))
    clinicians = staff.by_hand(book.today) + staff.drawn(book.rng, DRAWN_CLINICIANS)
    book.staff = {clinician.ref: clinician for clinician in clinicians}
    for number, case in enumerate(CASES, FIRST_REF):
        write_case(book, number, case)
    _draw_clients(book, clinicians, drawn)
    _untidy(book)
    visits.cancel_some(book)
    # One clinician is full to the last place, one has a single place left.
    for ref, free in (("CL-10", 0), ("CL-11", 1)):
        book.staff[ref].capacity = book.staff[ref].taken + free
    for clinician in clinicians:
        cells = {name: getattr(clinician, name) for name in clinician.__dataclass_fields__}
        book.add("clinicians", clinician_ref=cells.pop("ref"), email=clinician.email, **cells)
    write_formers(book)
    book.write(folder)


def _draw_clients(book: Book, clinicians: list[Staff], drawn: int) -> None:
    """Nearly half in care, as many former, the rest not yet clients. The leaving clinician's roster is filled up."""
    rng = book.rng
    working = [c for c in clinicians if c.ref != LEAVING and (c.last_day is None or c.last_day > book.today)]
    once = [c for c in clinicians if c.ref != LEAVING]
    kinds = [service for service, _ in histories.SERVICES], [weight for _, weight in histories.SERVICES]
    for number in range(FIRST_REF + len(CASES), FIRST_REF + len(CASES) + drawn):
        who = people.drawn(book, number)
        service = rng.choices(*kinds)[0]
        standing = rng.choices(("in care", "former", "prospective"), (45, 45, 10))[0]
        leaving = book.staff[LEAVING]
        if standing == "prospective":
            histories.prospective(book, who)
        elif standing == "former":
            histories.former(book, who, histories.choose(book, who, service, once), service, once)
        elif service == "therapy" and leaving.taken < ROSTER and leaving.fits(service, who.state, who.payer):
            histories.in_care(book, who, leaving, service, working)
        else:
            histories.in_care(book, who, histories.choose(book, who, service, working), service, working)


def write_case(book: Book, number: int, case: Case) -> None:
    """One of the named clients, with every row of the record that the case speaks of."""
    who, clinician = _case_person(book, number, case), book.staff[case.clinician]
    months, days = case.intake or (8, 0)
    begun = dates.months_before(book.today, months) + timedelta(days)
    ended_on = book.today - timedelta(case.ended) if case.ended is not None else None
    if case.earlier is not None:
        earlier = book.today - timedelta(case.earlier)
        first, _ = histories.visits(book, who, clinician, case.service, earlier, 6)
        book.assign(who.ref, clinician.ref, case.service, first, earlier)
        histories.end(book, who, clinician, case.service, earlier)
    _case_visits(book, who, case, begun, ended_on)
    if case.assigned:
        book.assign(who.ref, clinician.ref, case.service, begun, None if case.on_record else ended_on)
        clinician.taken += ended_on is None
    if ended_on:
        book.add("terminations", client_ref=who.ref, clinician_ref=clinician.ref, service=case.service,
                 ended_on=ended_on, category=case.category, ground=case.ground, note=case.note)  # fmt: skip
    if case.also:
        other, service = book.staff[case.also[0]], case.also[1]
        first, _ = histories.visits(book, who, other, service, book.today - timedelta(9), 6)
        book.assign(who.ref, other.ref, service, first, None)
        other.taken += 1
    since = dates.months_before(begun, 5).replace(day=1)
    people.insure(book, who, case.payer, since, active="no" if case.then else case.active,
                  ends_on=ended_on if case.then else None)  # fmt: skip
    if case.then and ended_on:
        people.insure(book, who, case.then, ended_on + timedelta(1))
    people.sign_forms(book, who, clinician.ref, begun)
    for day, (direction, channel, outcome), reason in case.contacts:
        when = histories.at(book.today - timedelta(day), 10, number % 60)
        book.contact(who.ref, when, direction, channel, outcome, reason, "")


def _case_person(book: Book, number: int, case: Case) -> Person:
    first, last = case.name.split(" ", 1)
    if case.dob == "MINOR":
        dob = dates.months_before(book.today, 14 * 12 + 5)
    elif case.dob:
        dob = date.fromisoformat(case.dob)
    else:
        dob = book.today - timedelta(book.rng.randint(21 * 365, 66 * 365))
    more = {"language": "English", "preferred_name": "", "portal": "active", "email_ok": True, "text_ok": True} | dict(
        case.more
    )
    who = people.person(book, number, first, last, case.state, case.then or case.payer, dob, **more)
    who.cells.update({"balance": case.balance, "no_show_fees": case.fees})
    who.cells["omhc_assessed_on"] = book.today - timedelta(case.omhc) if case.omhc is not None else None
    who.cells["plan_updated_on"] = book.today - timedelta((case.ended or 0) + 40)
    if case.intake and case.service == "therapy":
        who.cells["last_intake_on"] = dates.months_before(book.today, case.intake[0]) + timedelta(case.intake[1])
    return replace(who, payer=case.payer)


def _case_visits(book: Book, who: Person, case: Case, begun: date, ended_on: date | None) -> None:
    """The intake, where one is on file, then the visits of the case, or one every other week."""
    session = "follow_up" if case.service == "medication" else "session"
    if case.intake:
        book.appointment(who.ref, case.clinician, case.service, histories.at(begun, 9), "intake", "kept")
    given = case.visits
    if given is None:
        until = ended_on or book.today + timedelta(7)
        span = range((book.today - until).days, (book.today - begun).days, 14)
        given = tuple((day, "kept" if day > 0 else "scheduled") for day in span)[:14]
    for day, state in sorted(given, reverse=True):
        when = histories.at(book.today - timedelta(day), 11)
        book.appointment(who.ref, case.clinician, case.service, when, session, state)


def _untidy(book: Book) -> None:
    """What real records look like: double bookings, gaps, capitals, an extension after the number."""
    rng, rows = book.rng, book.rows["clients"][len(CASES) :]
    for cells in rng.sample(rows, 40):
        cells["last_name"] = cells["last_name"].upper()
    for cells in rng.sample(rows, 60):
        cells[rng.choice(("dob", "phone", "address", "city", "email"))] = ""
    for cells in rng.sample(rows, 12):
        cells["phone"] += f" ext. {rng.randint(10, 99)}" if cells["phone"] else ""
    for visit in rng.sample(book.rows["appointments"], 25):
        other = rng.choice(list(book.staff))
        book.appointment(visit["client_ref"], other, visit["service"], visit["starts_at"], "session", visit["state"])
