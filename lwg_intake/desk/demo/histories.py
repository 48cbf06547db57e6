"""What happened with an invented client: visits, contacts, an ending or none."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from lwg_intake import dates
from lwg_intake.desk.demo.book import Book
from lwg_intake.desk.demo.people import Person, insure, plan_transition, sign_forms
from lwg_intake.desk.demo.staff import MEDICAID, Staff
from lwg_intake.records.rules import sees_age

STATES = ("kept", "no_show", "late_cancel", "client_cancel", "clinician_cancel")
UP_TO = (84, 88, 92, 97, 100)  # how often, each with those before it
EVERY = {"therapy": (7, 7, 7, 14), "couples": (7, 14), "family": (14,), "medication": (28, 28, 84), "omhc": (28,)}
SERVICES = (("therapy", 78), ("medication", 12), ("couples", 5), ("family", 5))

# Per category: how often, its ground, and the front desk's own few words.
ENDINGS = (
    ("none", 26, "Goals met", ("Ended together as planned.", "Goals reached; letter sent.", "Last session held.")),
    ("none", 10, "Client's choice", ("Wishes to pause for now.", "Chose to stop; may come back.", "Went elsewhere.")),
    ("none", 5, "Moved away", ("Moved out of state.", "Took a job abroad.")),
    ("none", 8, "Clinician left", ("Did not wish to change when the clinician left.",)),
    ("none", 14, "No contact", ("No answer to two calls, e-mail and text.", "Not seen for two months; letter sent.")),
    ("A", 19, "Missed visits", ("Three visits missed.", "Late cancellations; policy sent.", "Missed the last visits.")),
    ("B", 10, "Balance unpaid", ("Statements unanswered.", "Card declined; no arrangement made.")),
    ("C", 5, "Higher level of care", ("Referred to a higher level of care.", "Needs more than outpatient care.")),
    ("D", 3, "Boundary violation", ("Ended by management.", "Code of conduct; ended after a warning.")),
)  # fmt: skip
# After how many visits clients stay away by themselves: often after the first, and ever more rarely.
STAYED_AWAY = (1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7, 8, 10, 12, 15, 19, 24)
ASKED = ("scheduling", "insurance", "balance", "forms")
CHAT = (
    ("in", "phone", "reached", "Asked to move the next visit."),
    ("out", "phone", "voicemail", "Left word to call back."),
    ("out", "email", "sent", "Sent the forms that are missing."),
    ("in", "email", "replied", "Answered about the new card."),
    ("in", "portal", "replied", "Asked for a visit in the evening."), ("out", "text", "sent", "Reminder of the visit."),
    ("out", "phone", "no_answer", ""), ("in", "voicemail", "voicemail", "Asked for a call back, any time."),
    ("out", "phone", "wrong_number", "Number no longer in use."), ("out", "email", "bounced", ""),
    ("in", "in_person", "reached", "Brought the insurance card to the desk."),
)  # fmt: skip


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment in practice time, as a file writes it."""
    return datetime.combine(day, time(hour, minute))


def choose(book: Book, who: Person, service: str, among: Iterable[Staff]) -> Staff:
    """A clinician who could have taken the client, with the emptier ones first."""
    able = [staff for staff in among if service in staff.services and who.state in staff.states]
    fitting = [s for s in able if s.fits(service, who.state, who.payer) and sees_age([*s.ages], who.dob, book.today)]
    few = book.rng.sample(fitting or able, min(3, len(fitting or able)))
    return min(few, key=lambda staff: staff.taken / (staff.capacity or 60))


def visits(
    book: Book, who: Person, staff: Staff, service: str, last: date, count: int, missed_at_end: int = 0
) -> tuple[date, date | None]:
    """So many visits up to a day. Returns the first one's day, and that of the last kept intake."""
    rng = book.rng
    every, hour, minute = rng.choice(EVERY[service]), rng.randint(8, 18), rng.choice((0, 0, 30))
    last -= timedelta(max(0, last.weekday() - 4))
    intake: date | None = None
    first = last - timedelta(every * (count - 1))
    for n in range(count):
        day = first + timedelta(every * n)
        state = rng.choices(STATES, cum_weights=UP_TO)[0] if 0 < n < count - missed_at_end else "kept"
        if n >= count - missed_at_end:
            state = rng.choice(("no_show", "no_show", "late_cancel"))
        if day >= book.today - timedelta(2) and rng.random() < 0.2:
            state = "unresolved"
        again = intake is not None and service == "therapy" and (day - intake).days > 400
        kind = "intake" if n == 0 or (again and rng.random() < 0.3) else "session"
        if service == "medication":
            kind = "intake" if n == 0 else "follow_up"
        if kind == "intake" and state == "kept":
            intake = day
        moved = hour if rng.random() < 0.9 else rng.randint(8, 18)
        book.appointment(who.ref, staff.ref, service, at(day, moved, minute), kind, state)
    return first, intake


def talk(book: Book, who: Person, since: date, until: date, most: int) -> None:
    """A few contacts about nothing in particular."""
    rng, span = book.rng, max(1, (until - since).days)
    for _ in range(rng.randint(0, most)):
        direction, channel, outcome, note = rng.choice(CHAT)
        when = at(since + timedelta(rng.randrange(span)), rng.randint(9, 17), rng.randrange(60))
        book.contact(who.ref, when, direction, channel, outcome, rng.choice(ASKED), note)


def prospective(book: Book, who: Person) -> None:
    """Someone who asked and has not begun."""
    rng = book.rng
    asked = book.today - timedelta(rng.randint(1, 90))
    who.cells.update(
        {
            "portal": rng.choice(("none", "invited")),
            "balance": None,
            "balance_as_of": None,
            "no_show_fees": None,
        }
    )
    insure(book, who, who.payer, asked - timedelta(rng.randint(30, 700)), active=rng.choice(("yes", "unknown")))
    book.contact(who.ref, at(asked, rng.randint(9, 16), rng.randrange(60)), 
                 "in", rng.choice(("phone", "email")), "reached", "scheduling",
                 "New caller; asked what we offer and whether the insurance is taken.")  # fmt: skip


def in_care(book: Book, who: Person, staff: Staff, service: str, every: list[Staff]) -> None:
    """A client in care: regular visits, the latest within days for most, one ahead for many."""
    rng = book.rng
    unseen = rng.choices((rng.randint(1, 7), rng.randint(8, 21), rng.randint(22, 75)), (70, 19, 11))[0]
    last = book.today - timedelta(unseen)
    first, intake = visits(book, who, staff, service, last, rng.randint(3, 38))
    if rng.random() < 0.72:
        ahead = book.today + timedelta(rng.randint(1, 13))
        ahead += timedelta((7 - ahead.weekday()) % 7 if ahead.weekday() > 4 else 0)
        book.appointment(who.ref, staff.ref, service, at(ahead, rng.randint(8, 18), rng.choice((0, 30))),
                         "follow_up" if service == "medication" else "session", "scheduled")  # fmt: skip
    # Untidy as real records are: some assignments begin a few days after the first visit.
    book.assign(who.ref, staff.ref, service, first + timedelta(rng.choice((0, 0, 0, 0, 4))), None)
    staff.taken += 1
    _file(book, who, staff, first, last, intake if service == "therapy" else None)
    talk(book, who, first, book.today, 4)
    if service == "therapy" and rng.random() < 0.16:
        other = choose(book, who, "medication", every)
        begun, _ = visits(book, who, other, "medication", book.today - timedelta(rng.randint(1, 27)), rng.randint(2, 9))
        book.assign(who.ref, other.ref, "medication", begun, None)
        other.taken += 1
    if rng.random() < 0.07:
        _owe(book, who)


def former(book: Book, who: Person, staff: Staff, service: str, every: list[Staff]) -> None:
    """A client whose care ended, some of them twice, in all the ways in which care ends."""
    rng = book.rng
    ended = book.today - timedelta(
        int(rng.triangular(15, 600, 40) if rng.random() < 0.75 else rng.triangular(200, 1700, 500))
    )
    if rng.random() < 0.12:
        earlier = ended - timedelta(rng.randint(420, 1100))
        before = choose(book, who, service, every)
        begun, _ = visits(book, who, before, service, earlier, rng.randint(2, 10))
        book.assign(who.ref, before.ref, service, begun, earlier)
        end(book, who, before, service, earlier)
    category, _, ground, notes = rng.choices(ENDINGS, [ending[1] for ending in ENDINGS])[0]
    missed = rng.randint(2, 5) if category == "A" else 0
    faded = category in ("A", "B") or ground == "No contact"
    # Who stays away is closed weeks later, if somebody thinks of it.
    last = ended - timedelta(int(rng.triangular(12, 170, 35)) if faded else rng.randint(0, 24))
    count = rng.choice(STAYED_AWAY) if faded else rng.randint(4, 24)
    first, intake = visits(book, who, staff, service, last, count + missed, missed)
    terminated = rng.random() < 0.95
    left_on = terminated and not staff.by_hand and rng.random() < 0.2
    book.assign(
        who.ref, staff.ref, service, first, None if left_on else ended + timedelta(rng.choice((0, 0, 0, 3, 12)))
    )
    if terminated:
        book.add("terminations", client_ref=who.ref, clinician_ref=staff.ref, service=service, ended_on=ended,
                 category=category, ground=ground, note=rng.choice(notes))  # fmt: skip
    _file(book, who, staff, first, last, intake if service == "therapy" else None)
    if rng.random() < 0.35:
        plan_transition(book, who, staff.ref, ended)
    talk(book, who, first, last if faded else ended, 3)
    if category == "A" or ground == "No contact":
        outreach(book, who, ended - timedelta(14))
    if category == "B" or rng.random() < 0.04:
        _owe(book, who)


def end(book: Book, who: Person, staff: Staff, service: str, on: date) -> None:
    """An ending of none of the categories A to D."""
    book.add("terminations", client_ref=who.ref, clinician_ref=staff.ref, service=service, ended_on=on,
             category="none", ground="Goals met", note="Ended together as planned.")  # fmt: skip


def outreach(book: Book, who: Person, since: date) -> None:
    """Two calls, then e-mail and text (S1)."""
    steps = ((0, "phone", "no_answer"), (3, "voicemail", "voicemail"), (5, "email", "sent"), (5, "text", "sent"))
    for days, channel, outcome in steps:
        when = at(since + timedelta(days), book.rng.randint(9, 16), book.rng.randrange(60))
        book.contact(who.ref, when, "out", channel, outcome, "closure notice", "Asked whether to keep a place open.")


def _file(book: Book, who: Person, staff: Staff, first: date, last: date, intake: date | None) -> None:
    """Insurance, forms, OMHC assessment and what the client's own row says of them."""
    rng = book.rng
    changed = rng.random() < 0.1
    since = dates.months_before(first, rng.randint(1, 40)).replace(day=1)
    if changed:
        until = min(first + timedelta(rng.randint(20, 200)), book.today - timedelta(1))
        insure(book, who, "Cigna" if who.payer != "Cigna" else "CareFirst BCBS", since, active="no", ends_on=until)
        since = until + timedelta(1)
    insure(book, who, who.payer, since, active=rng.choices(("yes", "no", "unknown"), (90, 5, 5))[0])
    if rng.random() < 0.06:
        insure(book, who, "Medicare", since, priority=2)
    sign_forms(book, who, staff.ref, first)
    who.cells["last_intake_on"] = intake
    who.cells["plan_updated_on"] = max(first, last - timedelta(int(rng.triangular(3, 170, 25))))
    if who.payer == MEDICAID and rng.random() < 0.88:
        who.cells["omhc_assessed_on"] = first - timedelta(rng.randint(0, 20))
    if rng.random() < 0.02:
        who.cells["flags"] = [rng.choice(("risk", "part2", "hold"))]


def _owe(book: Book, who: Person) -> None:
    rng = book.rng
    medicaid = who.payer == MEDICAID
    fees = 50 * rng.randint(1, 3) if medicaid or rng.random() < 0.3 else 0
    rest = 0 if medicaid else rng.choice((15, 20, 25, 30, 40)) * rng.randint(1, 9)
    if fees + rest:
        who.cells.update({"balance": f"{fees + rest}.00", "no_show_fees": f"{fees}.00"})
