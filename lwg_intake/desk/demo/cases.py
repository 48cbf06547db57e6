"""The clients that each show one rule at its edge. Search for the name; the practice around them is drawn by chance.

Days count back from the day on which the folder is written; a day below zero lies ahead. An intake stands so many
calendar months back, and then so many days towards today.
"""

from dataclasses import dataclass

from lwg_intake.desk.demo.staff import CAREFIRST, CIGNA, MEDICAID, UNITED

KEPT, NO_SHOW, LATE = "kept", "no_show", "late_cancel"
CALL = ("out", "phone", "no_answer")
VOICEMAIL = ("out", "voicemail", "voicemail")
MAILED = ("out", "email", "sent")
TEXTED = ("out", "text", "sent")
ANSWERED = ("in", "phone", "reached")
COMMERCIAL = {CAREFIRST, CIGNA, UNITED, "Highmark BCBS"}


@dataclass(frozen=True)
class Case:
    """One client. `ended` is the day of the termination; without it the client is in care.

    `visits` None means regular visits up to the ending, or up to today with one ahead. `then` is the insurance of
    today where it changed. `also` is a second service, with its clinician, still running; `earlier` is the day on which
    an episode before this one ended.
    """

    name: str
    shows: str
    clinician: str = "CL-01"
    service: str = "therapy"
    intake: tuple[int, int] | None = (14, 0)
    ended: int | None = None
    category: str = "none"
    ground: str = "Goals met"
    note: str = ""
    on_record: bool = False
    assigned: bool = True
    visits: tuple[tuple[int, str], ...] | None = None
    contacts: tuple[tuple[int, tuple[str, str, str], str], ...] = ()
    payer: str = CAREFIRST
    then: str = ""
    active: str = "yes"
    state: str = "MD"
    dob: str = ""
    balance: str = "0.00"
    fees: str = "0.00"
    omhc: int | None = None
    also: tuple[str, str] | None = None
    earlier: int | None = None
    more: tuple[tuple[str, str], ...] = ()

    @property
    def payer_class(self) -> str:
        return payer_class(self.then or self.payer)


def payer_class(payer: str) -> str:
    """The class to which an invented client's payer belongs."""
    if payer in COMMERCIAL:
        return "commercial"
    named = {"Self-pay": "self_pay", "Evergreen EAP": "eap", "Veterans Affairs": "va", "Medicare": "medicare"}
    return named.get(payer, "medicaid")


def _misses(count: int, last: int) -> tuple[tuple[int, str], ...]:
    return tuple((last + 7 * n, NO_SHOW if n % 3 else LATE) for n in range(count)) + tuple(
        (last + 7 * (count + n), KEPT) for n in range(4)
    )


ENDED_A = "Missed visits"
CASES = (
    # How the last episode ended (S0 step 1).
    Case(
        "Ada Brightwater",
        "Category A with three misses: may return with an attendance commitment",
        ended=150,
        category="A",
        ground=ENDED_A,
        note="Three visits missed within two months. Told of the attendance policy by phone and in writing.",
        visits=_misses(3, 160),
    ),
    Case(
        "Amos Delacourt",
        "Category A with eight misses: severe, so a manager looks at it",
        "CL-02",
        ended=210,
        category="A",
        ground=ENDED_A,
        note="Eight visits missed. Two reminders and the attendance policy sent.",
        visits=_misses(8, 220),
    ),
    Case(
        "Beatriz Lindgren",
        "Category B: 186.50 owed, settled before anything else",
        "CL-03",
        ended=120,
        category="B",
        ground="Balance unpaid",
        note="Statement sent three times; no payment arrangement made.",
        balance="186.50",
    ),
    Case(
        "Connor Achebe",
        "Category C: management may approve with conditions",
        ended=200,
        category="C",
        ground="Higher level of care",
        note="Referred to a higher level of care. Referral list handed over.",
    ),
    Case(
        "Dmitri Vanterpool",
        "Category D: management alone decides, and may refuse",
        "CL-02",
        ended=320,
        category="D",
        ground="Boundary violation",
        note="Ended by management after a conversation with the supervisor.",
    ),
    Case(
        "Greta Haldane",
        "Ended well: none of A to D",
        ended=240,
        note="Ended together as planned. Welcome back at any time.",
    ),
    Case(
        "Omar Tillinghast",
        "The clinician left, and the client did not wish to change",
        "CL-09",
        ended=40,
        ground="Clinician left",
        note="Chose not to continue with someone else for now.",
    ),
    # Intake or session: twelve calendar months, that day included.
    Case("Iris Almond", "Last intake 11 months and 29 days ago: a session", intake=(12, 1), ended=60),
    Case("Iris Bellwether", "Last intake exactly 12 months ago: an intake", intake=(12, 0), ended=60),
    Case("Iris Cavendish", "Last intake 12 months and a day ago: an intake", intake=(12, -1), ended=60),
    Case("Iris Drummond", "No intake on file: an intake", intake=None, ended=60),
    # Balances.
    Case("Penny Farthingale", "Owes one cent, which blocks like any balance", ended=90, balance="0.01"),
    Case(
        "Nadia Feeley",
        "Medicaid client who owes no-show fees only, which never block her",
        "CL-03",
        ended=100,
        payer=MEDICAID,
        balance="100.00",
        fees="100.00",
        omhc=500,
    ),
    Case("Rufus Creditor", "Has a credit of 25.00", ended=130, balance="-25.00"),
    # Insurance and OMHC.
    Case(
        "Medea Castellanos",
        "Medicaid without the OMHC assessment: cannot be scheduled yet",
        "CL-03",
        ended=180,
        payer=MEDICAID,
    ),
    Case("Medard Osei-Bonsu", "Medicaid with the OMHC assessment done", "CL-03", ended=180, payer=MEDICAID, omhc=520),
    Case(
        "Melchior Prince",
        "Medicaid and medication management only: no automatic intake",
        "CL-04",
        "medication",
        (20, 0),
        ended=170,
        payer=MEDICAID,
        omhc=600,
    ),
    Case(
        "Chandra Newbold",
        "Insurer changed to one that the old clinician does not take",
        "CL-15",
        ended=110,
        payer=CAREFIRST,
        then=UNITED,
    ),
    Case(
        "Dacia Columbus",
        "Lives in DC; her insurer is taken in Maryland only",
        "CL-22",
        ended=190,
        state="DC",
        payer=UNITED,
    ),
    Case("Inez Lapsley", "Insurance on record is no longer active", ended=220, active="no"),
    Case(
        "Hiram Markham", "Highmark BCBS, which the practice does not take", ended=400, payer=CIGNA, then="Highmark BCBS"
    ),
    Case(
        "Delia Capitol",
        "DC Medicaid, which the practice does not take",
        "CL-22",
        ended=260,
        state="DC",
        payer=CAREFIRST,
        then="DC Medicaid",
    ),
    Case("Solomon Cashman", "Pays himself", ended=140, payer="Self-pay"),
    # People and their records.
    Case(
        "Olga Stillwater",
        "Her old clinician is still on the record: ask management for the removal",
        "CL-12",
        ended=160,
        on_record=True,
    ),
    Case("Maria Santangelo", "One of two of this name: born 1984, Silver Spring", ended=300, dob="1984-05-16"),
    Case("Maria Santangelo", "One of two of this name: born 1991, still in care", "CL-02", dob="1991-11-02"),
    Case(
        "Rosalind Twyford",
        "Twin of Rosamund: same birth date, same address",
        ended=80,
        dob="1995-07-21",
        more=(("address", "7 Foxglove Terrace"),),
    ),
    Case(
        "Rosamund Twyford",
        "Twin of Rosalind: same birth date, same address",
        dob="1995-07-21",
        more=(("address", "7 Foxglove Terrace"),),
    ),
    Case("Theodora Quillfeather", "Goes by Teddy", ended=95, more=(("preferred_name", "Teddy"),)),
    Case("Katherine Smythe-Wren", "Often misheard: Catherine Smith Ren", ended=75),
    Case(
        "Wendell Youngblood",
        "A minor: the guardian is the one to call",
        "CL-16",
        ended=70,
        dob="MINOR",
        more=(
            ("guardian_name", "Loretta Youngblood (mother)"),
            ("guardian_phone", "301-555-0177"),
            ("guardian_email", "loretta.youngblood@example.com"),
        ),
    ),
    Case("Inmaculada Zorrilla", "Spanish speaker", "CL-03", ended=85, more=(("language", "Spanish"),)),
    Case(
        "Tsehay Wondimu",
        "Amharic speaker; the portal was never used",
        "CL-22",
        ended=105,
        more=(("language", "Amharic"), ("portal", "none")),
    ),
    Case("Percival Riskin", "Flagged for risk, with a legal hold", ended=115, more=(("flags", "risk;hold"),)),
    Case("Sabine Partridge", "Record under 42 CFR Part 2", ended=125, more=(("flags", "part2"),)),
    Case(
        "Bartholomew Ng",
        "Ended twice: once well, once for missed visits",
        "CL-02",
        ended=135,
        category="A",
        ground=ENDED_A,
        note="Missed visits in a row after the change of hours.",
        visits=_misses(4, 142),
        earlier=900,
    ),
    Case(
        "Valentina Twoservices",
        "Therapy ended; medication management goes on",
        "CL-12",
        ended=65,
        also=("CL-04", "medication"),
    ),
    # A departure: Caleb Whitfield gave nine days' notice three days ago, with fourteen clients.
    Case("Ramona Halfyear", "Last intake exactly 6 months ago: no new intake on reassignment", "CL-07", intake=(6, 0)),
    Case(
        "Roland Halfyear", "Last intake 6 months and a day ago: a new intake on reassignment", "CL-07", intake=(6, -1)
    ),
    Case(
        "Silas Quietman",
        "Two calls and an e-mail but no text: not yet unresponsive",
        "CL-07",
        intake=(9, 0),
        contacts=((3, CALL, "departure"), (2, VOICEMAIL, "departure"), (1, MAILED, "departure")),
    ),
    Case(
        "Silvia Quietman",
        "Two calls, e-mail and text, and no answer: unresponsive",
        "CL-07",
        intake=(9, 0),
        contacts=(
            (3, CALL, "departure"),
            (2, VOICEMAIL, "departure"),
            (1, MAILED, "departure"),
            (1, TEXTED, "departure"),
        ),
    ),
    Case(
        "Stanley Strikeout",
        "On the roster; his clinician strikes him, since he stopped in summer",
        "CL-07",
        intake=(15, 0),
        visits=((140, KEPT), (147, KEPT), (154, KEPT)),
    ),
    Case(
        "Stella Strikeout",
        "On the roster; her clinician strikes her, since she moved away",
        "CL-07",
        intake=(13, 0),
        visits=((95, KEPT), (102, KEPT)),
        contacts=((93, ANSWERED, "scheduling"),),
    ),
    Case(
        "Addison Forgotten",
        "Seen by Caleb Whitfield and not on his roster: he adds her",
        "CL-07",
        intake=(3, 0),
        assigned=False,
    ),
    # Caseload: thirty days, misses, and what counts as contact.
    Case("Ursula Twentynine", "Unseen for 29 days, no contact", visits=((29, KEPT), (36, KEPT), (43, KEPT))),
    Case("Ursula Thirty", "Unseen for 30 days, no contact", visits=((30, KEPT), (37, KEPT), (44, KEPT))),
    Case(
        "Ursula Thirtycall",
        "Unseen for 30 days, but in contact",
        visits=((30, KEPT), (37, KEPT)),
        contacts=((5, ANSWERED, "scheduling"),),
    ),
    Case("Ursula Sixty", "Unseen for 60 days, no contact", "CL-02", visits=((60, KEPT), (67, KEPT), (74, KEPT))),
    Case(
        "Ursula Sixtycall",
        "Unseen for 60 days, but in contact",
        "CL-02",
        visits=((60, KEPT), (67, KEPT)),
        contacts=((12, ANSWERED, "scheduling"),),
    ),
    Case(
        "Ursula Sixtyout",
        "Unseen for 60 days; outreach unanswered",
        "CL-02",
        visits=((60, KEPT), (67, KEPT)),
        contacts=(
            (31, CALL, "closure notice"),
            (26, VOICEMAIL, "closure notice"),
            (20, MAILED, "closure notice"),
            (20, TEXTED, "closure notice"),
        ),
    ),
    Case(
        "Milo Missmore",
        "Two no-shows and a late cancellation: three misses",
        visits=((8, NO_SHOW), (22, KEPT), (29, LATE), (43, KEPT), (50, NO_SHOW), (57, KEPT)),
    ),
    Case(
        "Mila Missmore",
        "Two of the last three visits missed",
        visits=((6, NO_SHOW), (13, KEPT), (20, NO_SHOW), (27, KEPT), (34, KEPT)),
    ),
    Case(
        "Theo Parallel",
        "Unseen in therapy for two months, active in medication management",
        "CL-02",
        visits=((61, KEPT), (68, KEPT)),
        also=("CL-05", "medication"),
    ),
    Case(
        "Fiona Longahead",
        "Unseen for 45 days, with a visit booked in 40",
        visits=((45, KEPT), (52, KEPT), (-40, "scheduled")),
    ),
)
