"""Who is meant by a name and a birth date. One certain answer is taken; anything less is put before a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from lwg_intake import dates
from lwg_intake.imports.kinds import Mapping
from lwg_intake.imports.models import Person
from lwg_intake.imports.moments import day_of
from lwg_intake.imports.words import alike, person_key, plain, split_name
from lwg_intake.records.contact import digits_of, is_same_number
from lwg_intake.records.models import Client

Key = tuple[str, date | None, str]

# Where an answer is asked again: the words of the import's page.
AGAIN = "choose “Ask again” under “See the answers” before the import is let in"

# What a foreign file may tell of a person beside the name, shown when someone compares.
FACTS = ("phone", "email", "city", "clinician")

# The names as words.plain and words.person_key would write them, so that the database finds the same ones.
CLIENTS = """
SELECT id, ref, first_name, last_name, preferred_name, dob, email, phone FROM records_client
WHERE dob = ANY (%s) OR trim(regexp_replace(
    replace(search_plain(first_name || ' ' || last_name), '''', ''), '[^a-z0-9]+', ' ', 'g')) = ANY (%s)
    OR id IN (SELECT client_id FROM records_searchkey WHERE kind = 'mail' AND key = ANY (%s))
    OR id IN (SELECT client_id FROM records_searchkey WHERE kind = 'phone' AND key = ANY (%s))
"""


@dataclass(frozen=True)
class Named:
    """A person as a file names one.

    `beside` keeps namesakes apart where no birth date is told: how to reach a client, or the clinician of a visit.
    """

    key: str
    dob: date | None
    first: str
    last: str
    facts: dict[str, str] = field(default_factory=dict, compare=False)
    beside: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"

    @property
    def same(self) -> Key:
        return self.key, self.dob, self.beside


@dataclass(frozen=True)
class Answer:
    """Who that is: a client; nobody on record; or, with `because`, not to be said yet, or left out.

    `nobody` is the decision that it is nobody on record, where a person made it; `apart` whether the record number that
    a file would give by the name alone is a namesake's already.
    """

    client: int | None = None
    because: str = ""
    nobody: str = ""
    apart: bool = False


@dataclass(frozen=True)
class _Known:
    pk: int
    ref: str
    keys: frozenset[str]
    dob: date | None
    facts: dict[str, str]


def named(cells: list[str], mapping: Mapping) -> Named:
    """The person in a row. Raises ValueError when the name is missing or the birth date is none."""
    at = mapping.columns

    def cell(name: str) -> str:
        return cells[at[name]].strip() if name in at else ""

    first, last = cell("first_name").replace("*", ""), cell("last_name").replace("*", "")
    if not last:
        first, last = split_name(cell("client"))
    first, last = first.strip(), last.strip()
    if not first or not last:
        raise ValueError("The client's first or last name is missing.")
    facts = {name: cell(name) for name in FACTS if cell(name)}
    dob = day_of(cell("dob"))
    beside = "" if dob else " ".join(_reached(facts).values()) or plain(facts.get("clinician", ""))
    return Named(person_key(first, last)[:200], dob, first, last, facts, beside)


def reached_alike(one: AnyMapping[str, str], other: AnyMapping[str, str]) -> bool:
    """Whether both tell one phone number or one e-mail address."""
    return bool(_reached(one).items() & _reached(other).items())


def reached_otherwise(one: AnyMapping[str, str], other: AnyMapping[str, str]) -> bool:
    """Whether both tell how to reach somebody, and agree in nothing of it."""
    return bool(_reached(one).keys() & _reached(other).keys()) and not reached_alike(one, other)


def _reached(facts: AnyMapping[str, str]) -> dict[str, str]:
    """How somebody is reached, as it is compared."""
    told = {"email": facts.get("email", "").casefold(), "phone": digits_of(facts.get("phone", ""))}
    return {name: value for name, value in told.items() if value}


def is_notation(name: str, told: str, there: str) -> bool:
    """Whether a file tells what is on record in another notation, which is no change."""
    return is_same_number(told, there) if name == "phone" else told.casefold() == there.casefold()


def beside(facts: AnyMapping[str, str], client: Client) -> list[tuple[str, str, bool]]:
    """What the record tells of somebody, by its name, and whether the file tells it otherwise."""
    told = ((name, str(getattr(client, name, ""))) for name in FACTS)
    return [(name, there, name in facts and not is_notation(name, facts[name], there)) for name, there in told if there]


def may_be_one(one: Named, other: Named) -> bool:
    """Whether two people of one name in a file may be the same person, as it would be asked were one on record."""
    return not one.dob or not other.dob or _slip(one.dob, other.dob) or reached_alike(one.facts, other.facts)


def answers(wanted: Iterable[Named], ref_of: Callable[[Named, bool], str]) -> tuple[dict[Key, Answer], list[int]]:
    """For each person an answer, and the ids of those (Person) about whom someone decided or has to decide first.

    An answer holds among those whom it was given about: of somebody who came on record since, it is asked anew. Where
    no birth date is told, it holds for who is reached in the same way, or among namesakes for visits to one clinician.
    `ref_of` gives the record number under which a foreign file itself would bring somebody new, or bring them apart
    from a namesake.
    """
    people = {who.same: who for who in wanted}
    by_key, by_dob, by_reach = _on_record(list(people.values()))
    decided = {
        (person.key, person.dob): person
        for person in Person.objects.filter(
            key__in={key for who in people.values() for key in (who.key, _apart(who))}
        ).select_related("decided_by")
    }
    found: dict[Key, Answer] = {}
    doubts: list[int] = []
    for same, who in people.items():
        reached = [known for way in _reached(who.facts).items() for known in by_reach[way]]
        there = {known.pk: known for known in (*by_key[who.key], *by_dob[who.dob], *reached)}.values()
        key = _apart(who) if _reached(who.facts) or len(by_key[who.key]) > 1 else who.key
        person = decided.get((key, who.dob))
        verdict = person.verdict if person else Person.Verdict.OPEN
        asked = person.candidates if person and verdict != Person.Verdict.OPEN else []
        refs = ref_of(who, False), ref_of(who, True)
        exact = [known for known in there if _exactly(who, known, refs)]
        # By its name alone somebody is the one whom a file brought, unless there are namesakes never asked about.
        is_sure = exact and (who.dob or any(reached_alike(who.facts, known.facts) for known in exact))
        near = exact if is_sure else [known for known in there if known in exact or _near(who, known)]
        unasked = [known.pk for known in near if known.pk not in asked]
        certain = len(exact) == 1 and not set(unasked) - {exact[0].pk}
        if person and verdict != Person.Verdict.OPEN:
            doubts.append(person.pk)
        if person and verdict == Person.Verdict.SAME and not unasked:
            found[same] = Answer(person.client_id)
        elif person and verdict == Person.Verdict.SKIPPED:
            found[same] = Answer(because=f"{_decided(person)} to leave this person out: to change that, {AGAIN}.")
        elif certain and verdict != Person.Verdict.SAME:
            found[same] = Answer(exact[0].pk)
        elif person and verdict == Person.Verdict.DIFFERENT and not unasked:
            taken = any(known.ref == refs[0] for known in there)
            found[same] = Answer(nobody=f"{_decided(person)} that this is nobody on record", apart=taken)
        elif not unasked:
            found[same] = Answer()
        else:
            decided[key, who.dob] = _ask(key, who, person, [*unasked, *asked])
            doubts.append(decided[key, who.dob].pk)
            found[same] = Answer(because="Decide first whether this is somebody who is on record already.")
    return found, doubts


def _apart(who: Named) -> str:
    """The key of a question about somebody whose birth date is not told, apart from their namesakes."""
    return f"{who.key}|{who.beside}"[:200] if who.beside else who.key


def _exactly(who: Named, known: _Known, refs: tuple[str, str]) -> bool:
    """Whether it is certainly who is meant: by the birth date, or since a file brought them who is reached so still."""
    if who.key not in known.keys:
        return False
    if who.dob:
        return known.dob == who.dob or known.ref in refs
    return known.ref in refs and not reached_otherwise(who.facts, known.facts)


def _decided(person: Person) -> str:
    """The beginning of a sentence about a decision on somebody."""
    told = f" by {person.decided_by} on {dates.local(person.decided_at):%b %-d, %Y}" if person.decided_at else ""
    return f"It was decided{told}"


def _near(who: Named, known: _Known) -> bool:
    """Whether it may be the same person: the one agrees, and the other nearly does or is not known.

    Who is reached in the same way may be, where the names are one, or are alike and a birth date is missing: a family
    has one telephone.
    """
    reached = reached_alike(who.facts, known.facts)
    if who.key in known.keys:
        return not who.dob or not known.dob or _slip(who.dob, known.dob) or reached
    agrees = who.dob == known.dob if who.dob and known.dob else reached
    return agrees and any(alike(who.key, key) for key in known.keys)


def _slip(one: date, other: date) -> bool:
    """Two birth dates that differ by one slip: in the day, the month or the year alone, or day and month swapped."""
    pairs = zip((one.year, one.month, one.day), (other.year, other.month, other.day), strict=True)
    swapped = (one.month, one.day) == (other.day, other.month) and one.year == other.year
    return swapped or sum(a == b for a, b in pairs) >= 2


def _on_record(
    people: list[Named],
) -> tuple[dict[str, list[_Known]], dict[date | None, list[_Known]], dict[tuple[str, str], list[_Known]]]:
    """The clients with one of these names or birth dates, or reached so, by each. No birth date finds nobody."""
    dobs = list({who.dob for who in people if who.dob})
    ways = {way for who in people for way in _reached(who.facts).items()}
    mails, phones = ([value for name, value in ways if name == kind] for kind in ("email", "phone"))
    by_key: dict[str, list[_Known]] = defaultdict(list)
    by_dob: dict[date | None, list[_Known]] = defaultdict(list)
    by_reach: dict[tuple[str, str], list[_Known]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(CLIENTS, [dobs, list({who.key for who in people}), mails, phones])
        for pk, ref, first, last, preferred, dob, email, phone in cursor.fetchall():
            keys = frozenset({person_key(first, last), person_key(preferred or first, last)})
            known = _Known(pk, ref, keys, dob, {"email": email, "phone": phone})
            for key in keys:
                by_key[key].append(known)
            if dob:
                by_dob[dob].append(known)
            for way in _reached(known.facts).items():
                by_reach[way].append(known)
    return by_key, by_dob, by_reach


def _ask(key: str, who: Named, person: Person | None, candidates: list[int]) -> Person:
    person = person or Person(key=key, dob=who.dob)
    person.name, person.facts = who.name[:200], who.facts
    person.candidates, person.verdict = candidates, Person.Verdict.OPEN
    person.client = person.decided_by = person.decided_at = None
    person.save()
    return person
