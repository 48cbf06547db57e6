"""What callers say of clients on record, and whom each text means: the list by which the search is judged.

How a query is made, the same one for the same seed:

1. The kinds below take turns. A client is drawn among all, and drawn again until it has what the kind needs (a hyphen,
   an accent, a nickname in use) and until what is said of it, undamaged, is true of three clients at most: with less
   than that, a person at the desk would ask on, since three places cannot hold ten namesakes.
2. The text is what such a caller says, in one of the usual notations.
3. It is damaged as the kind says: a slip of the finger (a letter lost, doubled, changed, swapped), a neighbour on the
   keyboard, a sound heard as another, a letter read as another from a scan. Each damaged name takes one such fault.
4. The query means that client, and whoever else the undamaged facts are true of. A damaged text that happens to be
   another's right name is not taken out: the search may well miss it.

Nothing here is taken from the search: folding, faults and nicknames are this file's own.
"""

from __future__ import annotations

import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import product

from bench.names import Person


@dataclass(frozen=True)
class Call:
    """One query of the list: what is typed, and the record numbers of those it may mean."""

    kind: str
    text: str
    means: frozenset[str]


def calls(people: Sequence[Person], count: int, seed: int = 7) -> list[Call]:
    """So many queries about these people, each kind as often as the next."""
    draw = random.Random(seed)
    book = _Book(people)
    return [_call(draw, book, KINDS[number % len(KINDS)]) for number in range(count)]


def share_found(calls: Sequence[Call], answers: Sequence[Sequence[str]], places: int = 3) -> float:
    """How many of the queries have one they mean among the first places of their answer, from 0 to 1."""
    found = sum(bool(call.means & set(answer[:places])) for call, answer in zip(calls, answers, strict=True))
    return found / len(calls)


# ---- Faults ------------------------------------------------------------------------------------------------------


@lru_cache(10_000)
def plain(text: str) -> str:
    """Small letters without their marks, as one types who does not know them."""
    bare = unicodedata.normalize("NFKD", text.translate(_UNMARKED)).lower()
    return "".join(c for c in bare if not unicodedata.combining(c))


_UNMARKED = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "ß": "ss", "ı": "i", "ð": "d", "æ": "ae"})
_KEYBOARD = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_SOUNDS = (
    ("ph", "f"), ("f", "ph"), ("ck", "k"), ("c", "k"), ("k", "c"), ("z", "s"), ("s", "z"), ("y", "i"), ("i", "y"),
    ("ie", "y"), ("ee", "ea"), ("ei", "ai"), ("ll", "l"), ("tt", "t"), ("nn", "n"), ("ss", "s"), ("th", "t"),
    ("v", "w"), ("w", "v"), ("sch", "sh"), ("gh", ""), ("x", "ks"), ("qu", "kw"), ("j", "g"), ("dt", "t"), ("m", "mm"),
    ("l", "ll"), ("n", "nn"), ("t", "tt"), ("er", "ar"), ("en", "in"), ("on", "en"), ("a", "e"), ("ou", "u"),
)  # fmt: skip
_SCANS = (
    ("rn", "m"), ("m", "rn"), ("cl", "d"), ("d", "cl"), ("vv", "w"), ("w", "vv"), ("l", "1"), ("i", "l"), ("o", "0"),
    ("e", "c"), ("c", "e"), ("h", "b"), ("s", "5"), ("u", "v"), ("n", "ri"), ("g", "q"), ("t", "f"), ("ii", "u"),
)  # fmt: skip


def slip(draw: random.Random, word: str) -> str:
    """A letter lost, doubled, changed or swapped with the next; not the first, which people seldom miss."""
    at = draw.randrange(1, max(2, len(word) - 1))
    return draw.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at : at + 1] + word[at:],
            word[:at] + draw.choice("aeiounrst") + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :],
        )
    )


def next_key(draw: random.Random, word: str) -> str:
    """One letter, the first as well, hit on the key beside it."""
    places = [at for at, letter in enumerate(word) if any(letter in row for row in _KEYBOARD)]
    at = draw.choice(places)
    row = next(row for row in _KEYBOARD if word[at] in row)
    here = row.index(word[at])
    return word[:at] + draw.choice(row[max(0, here - 1) : here] + row[here + 1 : here + 2]) + word[at + 1 :]


def misheard(draw: random.Random, word: str) -> str:
    """One sound written as another that is heard alike."""
    return _swapped(draw, word, _SOUNDS)


def misread(draw: random.Random, word: str) -> str:
    """One letter or pair read as another, as from a scan."""
    return _swapped(draw, word, _SCANS)


def _swapped(draw: random.Random, word: str, pairs: Sequence[tuple[str, str]]) -> str:
    fits = [(old, new) for old, new in pairs if old in word]
    if not fits:
        return slip(draw, word)
    old, new = draw.choice(fits)
    at = draw.choice([match.start() for match in re.finditer(re.escape(old), word)])
    return word[:at] + new + word[at + len(old) :]


# ---- What is said ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Fact:
    """Something said of a person. `true` are all the values that would be true of them, by whatever they are called."""

    said: Callable[[Person], object]
    true: Callable[[Person], Collection[object]]


def _fact(said: Callable[[Person], object]) -> Fact:
    return Fact(said, lambda person: (said(person),))


def _first(person: Person) -> str:
    return plain(person.first_name)


def _called(person: Person) -> str:
    return plain(person.preferred_name)


def _last(person: Person) -> str:
    return plain(person.last_name)


def _four(person: Person) -> str:
    return person.phone[-4:]


def _digits(person: Person) -> str:
    return re.sub(r"\D", "", person.phone)


def _halves(person: Person) -> list[str]:
    return re.split(r"[ -]", _last(person))


def _firsts(person: Person) -> set[str]:
    return {_first(person), _called(person)}


FIRST, CALLED, LAST = Fact(_first, _firsts), Fact(_called, _firsts), _fact(_last)
HALF = Fact(lambda person: _halves(person)[-1], _halves)
FIRST_4 = Fact(lambda person: _first(person)[:4], lambda person: {name[:4] for name in _firsts(person)})
LAST_5 = _fact(lambda person: _last(person)[:5])
FOUR, DIGITS = _fact(_four), _fact(_digits)
YEAR, DOB = _fact(lambda person: person.dob.year), _fact(lambda person: person.dob)
REF = _fact(lambda person: person.ref)


_NICKNAMES = {
    "james": "jim", "john": "jack", "michael": "mike", "david": "dave", "jennifer": "jen", "robert": "bob",
    "jessica": "jess", "william": "bill", "elizabeth": "liz", "christopher": "chris", "daniel": "dan",
    "matthew": "matt",
    "amanda": "mandy", "joshua": "josh", "andrew": "andy", "samantha": "sam", "joseph": "joe", "stephanie": "steph",
    "anthony": "tony", "nicholas": "nick", "katherine": "kate", "catherine": "cathy", "kathryn": "kathy",
    "rebecca": "becky", "kimberly": "kim", "jonathan": "jon", "jose": "pepe", "francesca": "fran",
    "alessandro": "sandro", "steven": "steve", "stephen": "steve", "phillip": "phil", "philip": "phil",
    "jeffrey": "jeff", "geoffrey": "geoff", "danielle": "dani", "christina": "tina", "michelle": "shelly",
    "maria": "mary", "rachel": "rach", "brittany": "britt", "patrick": "pat", "terrence": "terry", "mohammed": "mo",
    "dmitri": "dima", "svetlana": "sveta", "natasha": "tasha", "thomas": "tom", "agnieszka": "aga",
}  # fmt: skip


_DATES = (
    "{month}/{day}/{d:%y}", "{month}/{day}/{d:%Y}", "{d:%m/%d/%Y}", "{d:%Y-%m-%d}", "{d:%B} {day} {d:%Y}",
    "{d:%b} {day}, {d:%Y}", "{day} {d:%B} {d:%Y}", "{month}-{day}-{d:%y}", "{d:%m%d%Y}",
)  # fmt: skip


def _day(draw: random.Random, day: date) -> str:
    return draw.choice(_DATES).format(d=day, day=day.day, month=day.month)


def _number(draw: random.Random, digits: str) -> str:
    notation = draw.choice(("({0}) {1}-{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0} {1} {2}", "{0}{1}{2}", "+1 {0} {1}{2}"))
    return notation.format(digits[:3], digits[3:6], digits[6:])


@dataclass(frozen=True)
class Kind:
    """A way of asking: what is said undamaged, the text, and who can be asked for so."""

    name: str
    facts: tuple[Fact, ...]
    text: Callable[[random.Random, Person], str]
    needs: Callable[[Person], object] = lambda person: True


Fault = Callable[[random.Random, str], str]


def _right(draw: random.Random, word: str) -> str:
    return word


def _name(first: Fault = _right, last: Fault = _right) -> Callable[[random.Random, Person], str]:
    return lambda draw, p: f"{first(draw, _first(p))} {last(draw, _last(p))}"


def _nick(last: Fault = _right) -> Callable[[random.Random, Person], str]:
    return lambda draw, p: f"{_NICKNAMES[_first(p)]} {last(draw, _last(p))}"


def _without(mark: str, *instead: str) -> Callable[[random.Random, Person], str]:
    return lambda draw, p: f"{_first(p)} {_last(p).replace(mark, draw.choice(instead))} {p.dob.year}"


def _has_nickname(person: Person) -> bool:
    return _first(person) in _NICKNAMES


def _middle(draw: random.Random, p: Person) -> str:
    return f"{_first(p)} {draw.choice(('ann', 'lee', 'marie', 'james'))} {_last(p)}"


def _beginnings(draw: random.Random, p: Person) -> str:
    return f"{_first(p)[:4]} {_last(p)[:5]} {p.dob.year}"


def _few_digits(draw: random.Random, p: Person) -> str:
    return f"{draw.choice((_digits(p)[-5:], p.phone[-8:]))} {_first(p)}"


def _mail(draw: random.Random, p: Person) -> str:
    return draw.choice((p.email, p.email.upper(), p.email[: p.email.index("@") + 3]))


def _record(draw: random.Random, p: Person) -> str:
    return draw.choice((p.ref, p.ref.lower().replace("-", ""), p.ref.replace("-", " ")))


NAME = (FIRST, LAST)
KINDS: tuple[Kind, ...] = (
    Kind("name as it is", NAME, lambda draw, p: f"{p.first_name} {p.last_name}"),
    Kind("surname first", NAME, lambda draw, p: f"{_last(p)}, {_first(p)}"),
    Kind("marks left out", NAME, _name(), lambda p: not (p.first_name + p.last_name).isascii()),
    Kind("apostrophe left out", (*NAME, YEAR), _without("'", "", " ", "’"), lambda p: "'" in p.last_name),
    Kind("hyphen left out", (*NAME, YEAR), _without("-", "", " "), lambda p: "-" in p.last_name),
    Kind(
        "half a double name",
        (FIRST, HALF, FOUR),
        lambda draw, p: f"{_first(p)} {_halves(p)[-1]} {_four(p)}",
        lambda p: "-" in p.last_name,
    ),
    Kind("slip in the surname", NAME, _name(last=slip)),
    Kind("slip in the first name", NAME, _name(slip)),
    Kind("slip in both", NAME, _name(slip, slip)),
    Kind("next key in the surname", NAME, _name(last=next_key)),
    Kind("next key in both", NAME, _name(next_key, next_key)),
    Kind("surname misheard", NAME, _name(last=misheard)),
    Kind("both misheard", NAME, _name(misheard, misheard)),
    Kind("surname misread", NAME, _name(last=misread)),
    Kind("both misread", NAME, _name(misread, misread)),
    Kind("nickname", NAME, _nick(), _has_nickname),
    Kind("nickname, surname misheard", NAME, _nick(misheard), _has_nickname),
    Kind("preferred name", (CALLED, LAST), lambda draw, p: f"{_called(p)} {_last(p)}", _called),
    Kind("a middle name too", NAME, _middle),
    Kind(
        "beginnings and year", (FIRST_4, LAST_5, YEAR), lambda draw, p: f"{_first(p)[:4]} {_last(p)[:5]} {p.dob.year}"
    ),
    Kind("surname and 4 digits", (LAST, FOUR), lambda draw, p: f"{_last(p)} {_four(p)}"),
    Kind("first name and 4 digits", (FIRST, FOUR), lambda draw, p: f"{_first(p)} {_four(p)}"),
    Kind("surname misheard, 4 digits", (LAST, FOUR), lambda draw, p: f"{misheard(draw, _last(p))} {_four(p)}"),
    Kind("telephone number", (DIGITS,), lambda draw, p: _number(draw, _digits(p))),
    Kind("last digits and first name", (FIRST, FOUR), _few_digits),
    Kind("birth date and first name", (FIRST, DOB), lambda draw, p: f"{_first(p)} {_day(draw, p.dob)}"),
    Kind("birth date, slip in surname", (LAST, DOB), lambda draw, p: f"{slip(draw, _last(p))} {_day(draw, p.dob)}"),
    Kind("surname and year of birth", (LAST, YEAR), lambda draw, p: f"{_last(p)} {p.dob.year}"),
    Kind("e-mail address", (REF,), _mail),
    Kind("record number", (REF,), _record),
)


class _Book:
    """The people, and of whom else the same is true."""

    def __init__(self, people: Sequence[Person]) -> None:
        self.people = people
        self._indexes: dict[tuple[Fact, ...], dict[tuple[object, ...], list[str]]] = {}

    def bearers(self, facts: tuple[Fact, ...], person: Person) -> list[str]:
        """The record numbers of all of whom it is true what is said of this person."""
        if facts not in self._indexes:
            index = self._indexes[facts] = defaultdict(list)
            for other in self.people:
                for values in product(*(fact.true(other) for fact in facts)):
                    index[values].append(other.ref)
        return self._indexes[facts][tuple(fact.said(person) for fact in facts)]


def _call(draw: random.Random, book: _Book, kind: Kind) -> Call:
    while True:
        person = draw.choice(book.people)
        if kind.needs(person) and len(means := book.bearers(kind.facts, person)) <= 3:
            return Call(kind.name, kind.text(draw, person), frozenset(means))
