"""The invented clinicians: a few by hand, since the cases need them, the rest drawn."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from lwg_intake.desk.demo.names import CULTURES, SPOKEN, plain, spoken
from lwg_intake.records.rules import accepts

CAREFIRST, CIGNA, UNITED, MEDICAID = "CareFirst BCBS", "Cigna", "UnitedHealthcare", "Maryland Medicaid"
# UnitedHealthcare is taken in Maryland and Virginia by some, in DC by nobody: one of the cases turns on it.
MARYLAND = (CAREFIRST, CIGNA, f"{UNITED}@MD", f"{MEDICAID}@MD")

FULL_TIME, PART_TIME, CONTRACTOR = ("full_time", 62), ("part_time", 32), ("contractor", 22)
TALK = ("therapy",)
PRESCRIBES = ("medication", "omhc")
OPENINGS = tuple(
    f"{day} {hour}" for day in ("Mon", "Tue", "Wed", "Thu", "Fri") for hour in ("09:00", "11:00", "14:00", "17:00")
)
SPECIALTIES = (
    "anxiety", "depression", "trauma/PTSD", "ADHD", "grief", "adolescents", "perinatal", "substance use",
    "bipolar", "LGBTQ+", "couples", "life transitions", "chronic illness", "anger management",
)  # fmt: skip


@dataclass
class Staff:
    """A clinician being written. `taken` counts the running assignments given so far."""

    ref: str
    first_name: str
    last_name: str
    kind: str = "therapist"
    credentials: str = "LCPC"
    states: tuple[str, ...] = ("MD",)
    payers: tuple[str, ...] = MARYLAND
    services: tuple[str, ...] = TALK
    specialties: tuple[str, ...] = ("anxiety", "depression")
    languages: tuple[str, ...] = ("English",)
    gender: str = "female"
    modality: str = "both"
    employment: str = "full_time"
    capacity: int | None = 62
    accepting_new: bool | None = True
    supervisor_ref: str = ""
    last_day: date | None = None
    ages: tuple[str, ...] = ("18+",)
    openings: tuple[str, ...] = ()
    by_hand: bool = False
    taken: int = field(default=0, compare=False)

    @property
    def email(self) -> str:
        return f"{plain(self.first_name)[0]}{plain(self.last_name)}.{self.ref[-2:]}@example.org"

    def fits(self, service: str, state: str, payer: str) -> bool:
        """Whether a client could have been given to this clinician by the practice's own rules."""
        has_place = self.taken < (self.capacity or 30) * 0.88
        return service in self.services and state in self.states and has_place and accepts([*self.payers], payer, state)


def by_hand(today: date) -> list[Staff]:
    """The clinicians whom the cases name by their ref."""
    anywhere = ("MD", "DC", "VA")
    listed = [
        Staff(
            "CL-01",
            "Naomi",
            "Adeyemi-Clarke",
            credentials="LCSW-C",
            states=anywhere,
            payers=(*MARYLAND, f"{UNITED}@VA"),
            specialties=("trauma/PTSD", "grief", "anxiety"),
        ),
        Staff(
            "CL-02",
            "Henrik",
            "Sørensen",
            states=("MD", "VA"),
            gender="male",
            specialties=("depression", "substance use", "anger management"),
        ),
        Staff(
            "CL-03",
            "Lucía",
            "Ferrer Montoya",
            states=("MD", "DC"),
            languages=("English", "Spanish"),
            payers=(f"{CAREFIRST}@MD", f"{CAREFIRST}@DC", f"{UNITED}@MD", f"{MEDICAID}@MD"),
            ages=("13-17", "18+"),
            specialties=("perinatal", "anxiety", "life transitions"),
            openings=("Tue 10:00", "Thu 15:00"),
        ),
        Staff(
            "CL-04",
            "Priya",
            "Raghunathan",
            "np",
            "CRNP-PMH",
            services=PRESCRIBES,
            capacity=130,
            languages=("English", "Hindi"),
        ),
        Staff(
            "CL-05",
            "Tobias",
            "Okonjo-Hale",
            "np",
            "CRNP-PMH",
            services=PRESCRIBES,
            capacity=120,
            states=("MD", "DC"),
            gender="male",
        ),
        Staff(
            "CL-06",
            "Irene",
            "Vasquez-Lindqvist",
            "psychiatrist",
            "MD",
            services=("medication",),
            capacity=90,
            states=anywhere,
            payers=(CAREFIRST, CIGNA),
            languages=("English", "Spanish"),
        ),
        Staff(
            "CL-07",
            "Caleb",
            "Whitfield",
            credentials="LCSW-C",
            gender="male",
            accepting_new=False,
            capacity=40,
            last_day=today + timedelta(6),
            supervisor_ref="CL-01",
            states=("MD", "DC"),
        ),
        Staff(
            "CL-08",
            "Odette",
            "Marchand",
            states=("MD", "DC"),
            languages=("English", "French"),
            accepting_new=False,
            last_day=today + timedelta(24),
        ),
        Staff(
            "CL-09",
            "Gordon",
            "Pellweather",
            credentials="LCMFT",
            services=("therapy", "couples", "family"),
            gender="male",
            accepting_new=False,
            last_day=today - timedelta(40),
        ),
        Staff("CL-10", "Selamawit", "Gebre-Tsadik", languages=("English", "Amharic"), states=("MD", "DC")),
        Staff("CL-11", "Ruth", "Oyelaran", credentials="LCSW-C", employment="part_time", ages=("13-17", "18+")),
        Staff("CL-12", "Matthias", "Brandvold", gender="male", accepting_new=False),
        Staff(
            "CL-13",
            "Yvette",
            "Sainte-Claire",
            credentials="LICSW",
            states=("DC",),
            languages=("English", "French"),
            payers=(f"{CAREFIRST}@DC", f"{CIGNA}@DC"),
            employment="contractor",
            capacity=24,
            modality="virtual",
        ),
        Staff(
            "CL-14",
            "Jun-ho",
            "Baek",
            credentials="LPC",
            states=("VA",),
            payers=(f"{UNITED}@VA", f"{CAREFIRST}@VA", f"{CIGNA}@VA"),
            gender="male",
            employment="part_time",
            capacity=32,
            languages=("English", "Korean"),
        ),
        Staff(
            "CL-15",
            "Delphine",
            "Achterberg",
            credentials="LCMFT",
            services=("therapy", "couples", "family"),
            states=anywhere,
            payers=(CAREFIRST, CIGNA),
            specialties=("couples", "life transitions"),
            ages=("6-12", "13-17", "18+"),
        ),
        Staff(
            "CL-16",
            "Aurelio",
            "Zamarripa",
            credentials="LCMFT",
            services=("therapy", "couples", "family"),
            gender="male",
            languages=("English", "Spanish"),
            specialties=("adolescents", "couples", "ADHD"),
            ages=("6-12", "13-17", "18+"),
        ),
        Staff(
            "CL-17",
            "Fern",
            "Castellane",
            "intern",
            "LGPC",
            supervisor_ref="CL-01",
            employment="part_time",
            capacity=14,
            payers=(f"{MEDICAID}@MD",),
            gender="nonbinary",
        ),
        Staff(
            "CL-18",
            "Isaiah",
            "Thackeray-Moss",
            "intern",
            "LMSW",
            supervisor_ref="CL-01",
            employment="part_time",
            capacity=14,
            payers=(f"{MEDICAID}@MD",),
            gender="male",
        ),
        Staff(
            "CL-19",
            "Mina",
            "Tavakoli",
            "intern",
            "LGPC",
            supervisor_ref="CL-02",
            employment="full_time",
            capacity=28,
            languages=("English", "Farsi"),
        ),
        Staff(
            "CL-20",
            "Bram",
            "Osterhout",
            "intern",
            "LGMFT",
            services=("therapy", "couples", "family"),
            supervisor_ref="CL-02",
            employment="part_time",
            capacity=14,
            gender="male",
        ),
        # Payers, capacity and openness are not on record: unknown excludes nobody.
        Staff(
            "CL-21",
            "Philippa",
            "Grantham-Ode",
            credentials="Psychologist",
            payers=(),
            capacity=None,
            accepting_new=None,
            ages=(),
            employment="contractor",
        ),
        Staff(
            "CL-22",
            "Samuel",
            "Worku",
            gender="male",
            languages=("English", "Amharic"),
            states=("MD", "DC", "VA"),
            ages=("13-17", "18+"),
        ),
    ]
    return [replace(staff, by_hand=True) for staff in listed]


def drawn(rng: Random, number: int) -> list[Staff]:
    """So many further clinicians, from CL-23 on."""
    licences = ("LCPC", "LCPC", "LCSW-C", "LCSW-C", "LCMFT", "Psychologist", "LGPC")
    found: list[Staff] = []
    cultures = [*CULTURES, *CULTURES][: max(number, len(CULTURES))]
    rng.shuffle(cultures)
    for place, (women, men, _, family) in zip(range(number), cultures, strict=False):
        language, _ = SPOKEN.get(family.split()[0], (rng.choice(("", "", "", "Spanish", "ASL")), 0))
        gender = rng.choices(("female", "male"), (7, 3))[0]
        prescriber = place % 9 == 4
        licence = "CRNP-PMH" if prescriber else rng.choice(licences)
        services = PRESCRIBES if prescriber else ("therapy", "couples", "family") if licence == "LCMFT" else TALK
        employment, capacity = rng.choices((FULL_TIME, PART_TIME, CONTRACTOR), (6, 3, 1))[0]
        states = rng.choices((("MD",), ("MD", "DC"), ("MD", "VA"), ("MD", "DC", "VA")), (5, 4, 2, 1))[0]
        payers = [payer for payer in MARYLAND if rng.random() < 0.85] or list(MARYLAND[:1])
        if "VA" in states and rng.random() < 0.5:
            payers.append(f"{UNITED}@VA")
        found.append(Staff(
            f"CL-{place + 23:02}", rng.choice((women if gender == "female" else men).split()),
            spoken(rng.choice(family.split())), "np" if prescriber else "therapist", licence, states, tuple(payers),
            services, tuple(rng.sample(SPECIALTIES, rng.randint(2, 4))),
            ("English", language) if language and rng.random() < 0.6 else ("English",), gender,
            rng.choices(("virtual", "in_person", "both"), (5, 1, 4))[0], employment,
            capacity * 2 if prescriber else capacity, rng.random() < 0.86,
            rng.choice(("CL-01", "CL-02")) if licence == "LGPC" else "",
            ages=rng.choice((("18+",), ("18+",), ("13-17", "18+"), ("18-64",), ("6-12", "13-17"))),
            openings=tuple(sorted(rng.sample(OPENINGS, rng.randint(0, 3)), key=OPENINGS.index)),
        ))  # fmt: skip
    return found
