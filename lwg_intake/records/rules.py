"""The words of the record: enumerations, and pure functions of facts. Values are those of the import files."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from django.db.models import TextChoices

from lwg_intake import dates


class Service(TextChoices):
    THERAPY = "therapy", "Therapy"
    MEDICATION = "medication", "Medication management"
    COUPLES = "couples", "Couples therapy"
    FAMILY = "family", "Family therapy"
    OMHC = "omhc", "OMHC assessment"


class ClinicianKind(TextChoices):
    THERAPIST = "therapist", "Therapist"
    NP = "np", "Psychiatric nurse practitioner"
    PSYCHIATRIST = "psychiatrist", "Psychiatrist"
    INTERN = "intern", "Intern"


class Modality(TextChoices):
    VIRTUAL = "virtual", "Virtual"
    IN_PERSON = "in_person", "In person"
    BOTH = "both", "Virtual and in person"


class Employment(TextChoices):
    FULL_TIME = "full_time", "Full time"
    PART_TIME = "part_time", "Part time"
    CONTRACTOR = "contractor", "Contractor"


class AppointmentKind(TextChoices):
    INTAKE = "intake", "Intake"
    SESSION = "session", "Session"
    FOLLOW_UP = "follow_up", "Follow-up"
    ASSESSMENT = "assessment", "Assessment"


class AppointmentState(TextChoices):
    KEPT = "kept", "Kept"
    NO_SHOW = "no_show", "No-show"
    LATE_CANCEL = "late_cancel", "Late cancel"
    CLIENT_CANCEL = "client_cancel", "Cancelled in time by the client"
    CLINICIAN_CANCEL = "clinician_cancel", "Cancelled by the clinician"
    SCHEDULED = "scheduled", "Scheduled"
    UNRESOLVED = "unresolved", "Unresolved"


# What counts against a client's attendance (S3): never a cancellation in time, nor one by the clinician.
MISSES = (AppointmentState.NO_SHOW, AppointmentState.LATE_CANCEL)
# What has no outcome yet.
PENDING = (AppointmentState.SCHEDULED, AppointmentState.UNRESOLVED)


class Direction(TextChoices):
    IN = "in", "Incoming"
    OUT = "out", "Outgoing"


class Channel(TextChoices):
    PHONE = "phone", "Phone"
    VOICEMAIL = "voicemail", "Voicemail"
    EMAIL = "email", "E-mail"
    TEXT = "text", "Text"
    PORTAL = "portal", "Portal"
    IN_PERSON = "in_person", "In person"


class ContactOutcome(TextChoices):
    REACHED = "reached", "Reached"
    VOICEMAIL = "voicemail", "Left a voicemail"
    NO_ANSWER = "no_answer", "No answer"
    WRONG_NUMBER = "wrong_number", "Wrong number"
    REPLIED = "replied", "Replied"
    BOUNCED = "bounced", "Bounced"
    SENT = "sent", "Sent"


# An outgoing attempt counts as contact only when it reached the client or was answered; everything incoming counts.
ANSWERED = (ContactOutcome.REACHED, ContactOutcome.REPLIED)


class Category(TextChoices):
    """How an episode ended (S0 step 1)."""

    A = "A", "A: no-shows"
    B = "B", "B: billing"
    C = "C", "C: needs beyond outpatient therapy"
    D = "D", "D: inappropriate behavior or boundary violation"
    NONE = "none", "None of A to D: another ending"


class PayerClass(TextChoices):
    COMMERCIAL = "commercial", "Commercial"
    MEDICAID = "medicaid", "Medicaid"
    MEDICARE = "medicare", "Medicare"
    VA = "va", "VA"
    EAP = "eap", "EAP"
    SELF_PAY = "self_pay", "Self-pay"


class Coverage(TextChoices):
    YES = "yes", "Active"
    NO = "no", "Not active"
    UNKNOWN = "unknown", "Not known"


class DocumentState(TextChoices):
    NOT_SENT = "not_sent", "Not sent"
    SENT = "sent", "Sent"
    SIGNED = "signed", "Signed"
    EXPIRED = "expired", "Expired"


class Portal(TextChoices):
    NONE = "none", "No access"
    INVITED = "invited", "Invited"
    ACTIVE = "active", "Active"


class Flag(TextChoices):
    RISK = "risk", "Risk"
    PART2 = "part2", "42 CFR Part 2"
    HOLD = "hold", "Legal hold"


class ClientStatus(TextChoices):
    """Where a client stands, derived from the assignments."""

    PROSPECTIVE = "prospective", "Never a client"
    ACTIVE = "active", "Active"
    FORMER = "former", "Former"


def accepts(payers: Sequence[str], payer: str, state: str) -> bool:
    """Whether a clinician takes a payer in a state. `payers` entries are "Payer" or "Payer@STATE".

    A clinician with no payer on record excludes nobody: an empty value is unknown.
    """
    if not payers:
        return True
    wanted = payer.casefold().strip()
    for entry in payers:
        name, _, where = entry.partition("@")
        if name.casefold().strip() == wanted and (not where.strip() or where.strip().upper() == state.strip().upper()):
            return True
    return False


@dataclass(frozen=True)
class AgeRange:
    """The ages a clinician sees, both ends included: "13-17", "18+", or one year."""

    least: int
    most: int

    @classmethod
    @lru_cache(1_000)  # few are in use, and each is asked of every client
    def parse(cls, text: str) -> "AgeRange":
        """Raises ValueError for what is none of "13-17", "18+", "18"."""
        text = text.strip()
        if text.endswith("+"):
            return cls(int(text[:-1]), 200)
        least, _, most = text.partition("-")
        return cls(int(least), int(most or least))


def sees_age(ages: Sequence[str], dob: date | None, on: date) -> bool:
    """Whether a clinician's ages hold a client on a day; ages or a birth date not on record exclude nobody."""
    if not ages or dob is None:
        return True
    years = dates.age_on(dob, on)
    return any(r.least <= years <= r.most for r in map(AgeRange.parse, ages))


def dollars(amount: Decimal | str) -> str:
    """An amount that is owed; one below zero is what the practice owes the client."""
    owed = Decimal(amount)
    return f"credit of ${-owed}" if owed < 0 else f"${owed}"
