"""What other systems write, read as ours: names, attendance, services. Pure functions."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from difflib import SequenceMatcher
from functools import lru_cache
from hashlib import blake2b

from lwg_intake.records.rules import AppointmentKind, AppointmentState, ClinicianKind, Service

# What stands before or after a name and is no part of it.
TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev"}
SUFFIXES = {"jr", "sr", "ii", "iii", "iv"}
NO_PART = TITLES | SUFFIXES
# Letters that are one of their own, not another with a mark: NFKD leaves them whole, the database's unaccent does not.
LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Alike enough to be asked about, when the birth date agrees.
ALIKE = 0.72

# As plain has them, every way to write “canceled” being one.
ATTENDED = {
    **dict.fromkeys(
        ("show", "shown", "kept", "attended", "completed", "came", "present", "seen"), AppointmentState.KEPT
    ),
    **dict.fromkeys(
        ("no show", "noshow", "missed", "no showed", "did not attend", "dna", "no call no show", "failed to attend"),
        AppointmentState.NO_SHOW,
    ),
    **dict.fromkeys(("late canceled", "canceled late"), AppointmentState.LATE_CANCEL),
    **dict.fromkeys(
        ("canceled", "client canceled", "patient canceled", "canceled by client", "canceled by patient"),
        AppointmentState.CLIENT_CANCEL,
    ),
    **dict.fromkeys(
        (way for who in ("clinician", "provider", "therapist") for way in (f"{who} canceled", f"canceled by {who}")),
        AppointmentState.CLINICIAN_CANCEL,
    ),
    "scheduled": AppointmentState.SCHEDULED,
}
CANCELED = re.compile(r"\bcancel(?:ed|led|lation|ation|s)?\b")


def plain(text: str) -> str:
    """Letters and digits in lower case without accents, words parted by one space: marks such as "*" fall away."""
    # In small letters ß is ss already.
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    bare = bare.casefold().translate(LETTERS).replace("'", "").replace("’", "")
    return " ".join(word for word in re.split(r"[\W_]+", bare) if word)


def person_key(first: str, last: str) -> str:
    """By which a person's name is compared."""
    return " ".join(word for word in plain(f"{first} {last}").split() if word not in NO_PART)


def split_name(full: str) -> tuple[str, str]:
    """First and last name of "First Last" or "Last, First", without a title or a "Jr.".

    Raises ValueError for a name of two people: which of them is meant, a person says.
    """
    full = " ".join(full.replace("*", " ").split())
    if re.search(r" (&|and) ", full):
        raise ValueError("This names two people: give each a row of their own.")
    last, comma, first = (part.strip() for part in full.partition(","))
    if comma and first and _bare(first) not in SUFFIXES:
        return _untitled(first), _untitled(last)
    first, _, last = _untitled(full.replace(",", "")).rpartition(" ")
    return first, last


def _untitled(name: str) -> str:
    words = name.replace(",", " ").split()
    while len(words) > 1 and _bare(words[0]) in TITLES:
        words.pop(0)
    while len(words) > 1 and _bare(words[-1]) in SUFFIXES:
        words.pop()
    return " ".join(words)


def _bare(word: str) -> str:
    return word.casefold().rstrip(".")


def name_keys(full: str) -> set[str]:
    """The ways in which a clinician's name may be meant: "Last, First", or "First Last, LCPC"."""
    before, comma, after = full.partition(",")
    keys = {person_key("", before) if comma else person_key("", full)}
    if comma:
        keys.add(person_key(after, before))
    return {key for key in keys if key}


def alike(one: str, other: str) -> bool:
    """Whether two names may be one person's, the birth date agreeing: a shared word, or spelt nearly the same."""
    shared = set(one.split()) & set(other.split())
    return bool(shared) or SequenceMatcher(None, one, other).ratio() >= ALIKE


# A report says it in few words, and asks several times of each visit.
@lru_cache(maxsize=1_000)
def stated(word: str) -> AppointmentState | None:
    """What became of a visit, where a word tells it."""
    return ATTENDED.get(CANCELED.sub("canceled", plain(word)))


def attendance(word: str, starts_on: date, today: date) -> str:
    """What became of a visit. What the file does not say is unresolved, or, in the days to come, scheduled.

    Of a day that is past, “scheduled” does not say it.
    """
    said = stated(word)
    if said and (said != AppointmentState.SCHEDULED or starts_on >= today):
        return said.value
    return (AppointmentState.SCHEDULED if starts_on > today else AppointmentState.UNRESOLVED).value


def service_of(words: str, clinician_kind: str) -> str:
    """Which service a code and a description stand for; what they leave open, the clinician's own kind says."""
    said = plain(words)
    if "couple" in said:
        return Service.COUPLES.value
    if re.search(r"\b9084[67]\b|family", said):
        return Service.FAMILY.value
    prescribes = clinician_kind in (ClinicianKind.NP, ClinicianKind.PSYCHIATRIST)
    if prescribes or re.search(r"\b99[234]\d\d\b|\b90792\b|medication|psychiatr", said):
        return Service.MEDICATION.value
    return Service.THERAPY.value


def kind_of(words: str, service: str) -> str:
    """Which kind of visit: an intake by its code or its name, else an ordinary one of its service."""
    said = plain(words)
    if re.search(r"\b9079[12]\b|intake|diagnostic|initial", said):
        return AppointmentKind.INTAKE.value
    return (AppointmentKind.FOLLOW_UP if service == Service.MEDICATION else AppointmentKind.SESSION).value


def mark(*parts: str) -> str:
    """By which what these words tell is known again: short, and always the same."""
    return blake2b("|".join(parts).encode(), digest_size=8).hexdigest()
