"""Where a message to a client may go, when a text may leave, and what a text says too much: pure functions."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from lwg_intake.records.contact import digits_of

# The usual characters of a text message (GSM 03.38); any other one makes every segment shorter.
GSM = set(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_TWICE = set("^{}\\[~]|€")

# Words that tell what somebody is here for. In a text or on a voicemail they have no place.
TELLING_WORDS = (
    "therapy", "therapist", "counsel", "psych", "psychiatr", "medication", "mental", "omhc", "diagnos", "treatment",
    "session", "intake", "couples", "substance", "addiction", "depress", "anxiety", "trauma", "adhd", "bipolar",
    "discharge", "terminat", "no-show", "missed", "balance", "medicaid", "assessment", "wellness", "clinician",
)  # fmt: skip


VOICEMAIL = "(On a voicemail:)"  # begins, in a script, what is said to a machine


@dataclass(frozen=True)
class Person:
    """What decides where a message to a client may go. None: nobody has asked yet."""

    email: str = ""
    phone: str = ""
    email_ok: bool | None = None
    text_ok: bool | None = None
    is_minor: bool = False
    guardian_email: str = ""
    guardian_phone: str = ""


@dataclass(frozen=True)
class Reach:
    """Where a message may go, or in a sentence why not. `guardian` says that it goes to the guardian of a minor."""

    to: str = ""
    refused: str = ""
    guardian: bool = False


def reach(person: Person, channel: str, unasked_email: bool = True) -> Reach:
    """Consent counts for each channel by itself. E-mail goes to who was never asked only where policy says so; a text
    needs a yes. A minor's messages go to the guardian.
    """
    if channel == "text":
        if person.text_ok is not True:
            why = "does not want texts" if person.text_ok is False else "was never asked about texts"
            return Reach(refused=f"No text: the client {why}. Ask, have it recorded, or call instead.")
        found = person.guardian_phone if person.is_minor else person.phone
        try:
            return Reach(phone_number(found), guardian=person.is_minor)
        except ValueError:
            return Reach(refused=_missing("mobile number", person.is_minor, bool(found)))
    if person.email_ok is False:
        return Reach(refused="No e-mail: the client does not want e-mail. Call, or write through the portal.")
    if person.email_ok is None and not unasked_email:
        return Reach(refused="No e-mail: the client was never asked about e-mail. Ask, and have it recorded.")
    found = person.guardian_email if person.is_minor else person.email
    return (
        Reach(found, guardian=person.is_minor) if found else Reach(refused=_missing("e-mail address", person.is_minor))
    )


def _missing(what: str, is_minor: bool, unreadable: bool = False) -> str:
    if unreadable:
        return f"The {what} on record cannot be read. Correct it in the record."
    whose = " of the guardian: a minor's messages go there" if is_minor else ""
    return f"There is no {what} on record{whose}. Add it to the record, import again, and then tick."


def phone_number(text: str) -> str:
    """A number of North America as machines write it, +14105550100. Raises ValueError for anything else."""
    digits = digits_of(text)
    if len(digits) != 10 or digits[0] in "01":
        raise ValueError("this is no telephone number of ten digits")
    return f"+1{digits}"


def spoken(number: str) -> str:
    """A number as one reads it, (410) 555-0123; anything else as it is."""
    found = re.fullmatch(r"\+1(\d{3})(\d{3})(\d{4})", number)
    return "({}) {}-{}".format(*found.groups()) if found else number


def is_quiet(at: datetime, opens: int, closes: int, zone: ZoneInfo) -> bool:
    """Whether a text would disturb: before the hour `opens`, or from the hour `closes` on, by the practice's clock."""
    return not opens <= at.astimezone(zone).hour < closes


def next_allowed(at: datetime, opens: int, closes: int, zone: ZoneInfo) -> datetime:
    """The first moment from `at` on at which a text may leave. The clock's own hour counts, also when it changes."""
    if not is_quiet(at, opens, closes, zone):
        return at
    here = at.astimezone(zone)
    day = here.date() if here.hour < opens else here.date() + timedelta(days=1)
    return datetime.combine(day, time(opens), zone).astimezone(at.tzinfo)


def segments(body: str) -> int:
    """How many text messages a body is sent, and paid, as: 160 usual characters or 153 each; 70 or 67 of others."""
    plain = set(body) <= GSM | GSM_TWICE
    length = sum(2 if c in GSM_TWICE else 1 for c in body) if plain else len(body.encode("utf-16-le")) // 2
    one, more = (160, 153) if plain else (70, 67)
    return 1 if length <= one else -(-length // more)


def overheard(channel: str, body: str) -> str:
    """What others may read or hear: the whole of a text; of a script what is said on a voicemail."""
    if channel == "text":
        return body
    _, _, after = body.partition(VOICEMAIL)
    return after.split("\n\n(")[0]


def telling(words: str) -> list[str]:
    """What in a text or a voicemail says why somebody is a client here."""
    low = words.lower()
    return [word for word in TELLING_WORDS if word in low]


def variables(words: str) -> set[str]:
    """The names that stand as $name or ${name}. Raises ValueError for a lone dollar sign."""
    found = set()
    for match in re.finditer(r"\$(?:(\$)|([_a-zA-Z][_a-zA-Z0-9]*)|\{([_a-zA-Z][_a-zA-Z0-9]*)\}|)", words):
        if match[1]:
            continue
        if not (name := match[2] or match[3]):
            raise ValueError("Write a dollar sign as $$: a single one begins a variable.")
        found.add(name)
    return found
