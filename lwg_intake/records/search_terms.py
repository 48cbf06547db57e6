"""What somebody typed into the search box, read by its shape. Pure: no database, and no text makes it fail."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from pathlib import Path

LONGEST_TEXT = 120
LONGEST_WORD = 40
MOST_TERMS = 6
LONGEST_LIFE = 120  # Years.

# What finding a key is worth. A likeness (migration 0008) is worth up to 29. What a nickname is short for comes before
# other names that begin like it; a nickname of the name typed, or one that is seldom short for it, only after those.
EXACT, ENDS, SHORT_FOR, BEGINS, NICKNAME, HALF = 40, 36, 33, 30, 27, 24


@dataclass(frozen=True)
class Way:
    """One key a client might have (migration 0003 says which kinds there are), and what finding it is worth.

    `exact` is for the key itself, `begins` for a longer key that begins with it; 0 means that does not count.
    `alike` are other keys that may be meant, each with its worth: what a nickname is short for, a name's nicknames, and
    later the words on record that are only near to the one typed, their worth with a minus before it.
    """

    kind: str
    key: str
    exact: int = EXACT
    begins: int = 0
    alike: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class Term:
    """One thing that was typed, and every way in which it may be meant. Without a way it can be found nowhere."""

    shape: str
    ways: tuple[Way, ...]


def clean(text: str) -> str:
    """A text that every part of the program can carry: composed letters, no control characters, not too long."""
    printable = "".join(c if c.isprintable() else " " for c in text[:LONGEST_TEXT])
    return unicodedata.normalize("NFC", printable.translate(_DASHES)).strip()


_DASHES = dict.fromkeys(map(ord, "‐‑‒–—−"), "-")  # As in a number that is copied from a letter.


def read(text: str, today: date) -> list[Term]:
    """The terms of a text, all of which a client must meet. Fewer than two characters say nothing yet."""
    rest = _MISSPELT.sub(_month_meant, _ANNOUNCED.sub(" ", clean(text)))
    if len(rest) < 2:
        return []
    if any(map(str.isalpha, rest)):
        rest = _YEAR_BESIDE.sub(r"\1; ", rest)
    terms: list[Term] = []
    for pattern, meaning in _SHAPES:
        found = list(pattern.finditer(rest))
        rest = pattern.sub(" ", rest)
        terms += [term for match in found if (term := meaning(match, today))]
    words = list(_words(_spoken_order(rest), alone=not terms))
    terms = list(dict.fromkeys((*terms, *(_named(*parts) for parts in words))))
    if len(terms) > 1:
        terms = [_beside_others(term, today) for term in terms]
    elif len(words) == 1:
        terms = [Term("name", (*terms[0].ways, Way("ref", "".join(words[0]).lower())))]
    return terms[:MOST_TERMS]


# What only announces a record number, a telephone number or its end, or a birth date.
_ANNOUNCED = re.compile(
    r"\b(?:client|record)(?:\s*(?:no\b\.?|number\b|#))?[\s:]*(?=#?\d|[a-z]{1,2}[\s-]*\d)"
    r"|\b(?:no\.|number)[\s:]*(?=#?\d|[a-z]{1,2}-\d)"
    r"|\b(?:phone|tel|cell|mobile)\b\.?(?:\s*(?:no\b\.?|number\b))?[\s:]*(?=[+(]?\d)"
    r"|\b(?:last\s+(?:four|4)|ending|ends)(?:\s+digits)?(?:\s+(?:are|in|with))?[\s:]+(?=\d)"
    r"|\b(?:born|dob|birthday|birth\s?date|date\s+of\s+birth)\b(?:\s+(?:is|on|in))?[\s:,]*(?:the\s+)?(?=\d"
    r"|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[\s.,-]*\d)",
    re.IGNORECASE | re.ASCII,
)
_NO_NAMES = {"mr", "mrs", "ms", "mx", "miss", "dr", "jr", "sr", "ii", "iii", "iv", "dob"}


def _spoken_order(text: str) -> str:
    """ "Smith, Maria" as "Maria Smith": the first and the last word of a name weigh more than those between."""
    last, comma, first = text.partition(",")
    return f"{first} {last}"


def _words(text: str, *, alone: bool) -> Iterator[list[str]]:
    """The words of a name, each with its parts: "Smith-Jones" and "de la Cruz" are one word of two and of three.

    What is no name (a title, a suffix) is taken for one only where nothing else was typed.
    """
    parts: list[str] = []
    spoken = [word for word in text.split() if word.strip(".").lower() not in _NO_NAMES] or text.split() * alone
    for n, word in enumerate(spoken):
        parts += _parts(word)
        joins_on = n + 1 < len(spoken) and (
            _bare(word).strip(".") in _PARTICLES or (_bare(word) == "van" and _bare(spoken[n + 1]) in _PARTICLES)
        )
        if parts and not joins_on:
            yield parts
            parts = []


def _parts(word: str) -> list[str]:
    """As the keys spell them, but for accents, which the database folds on both sides."""
    bare = re.sub(r"['`´‘’ʻʼ′]", "", word)
    spaced = "".join(c if c.isalnum() or unicodedata.category(c).startswith("M") else " " for c in bare)
    return [part[:LONGEST_WORD] for part in spaced.split() if any(map(str.isalnum, part))]


_PARTICLES = {"o", "mc", "st", "de", "del", "della", "la", "las", "los", "von", "der", "den"}


def _named(*parts: str) -> Term:
    """A word of a name; of one in parts, the record may have only one."""
    halves = [(_bare(part), HALF) for part in parts if len(part) > 2 and _bare(part) not in _PARTICLES]
    whole = "".join(parts)
    same = [*_same_names().get(_bare(whole), {}).items()]
    return Term("name", (Way("name", whole, EXACT, BEGINS, tuple(same + halves * (len(parts) > 1))),))


def _bare(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", word.lower()) if not unicodedata.combining(c))


@cache
def _same_names() -> dict[str, dict[str, int]]:
    """Of each nickname what it is short for, of each other name its nicknames (nicknames.txt), each with its worth."""
    same: dict[str, dict[str, int]] = {}
    for line in Path(__file__).with_name("nicknames.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, _, nicknames = line.partition(":")
            for nickname in nicknames.split():
                said = nickname.strip("()")
                same.setdefault(name, {}).setdefault(said, NICKNAME)
                same.setdefault(said, {})[name] = SHORT_FOR if said == nickname else NICKNAME
    return same


def _email(match: re.Match[str], today: date) -> Term:
    """With a slip behind the @, who has what stands before it comes nearest."""
    text = match[0].lower()
    own = text.partition("@")[0]
    ways = (Way("mail", text, EXACT, BEGINS), Way("mail", f"{own}@", 0, -HALF))
    return Term("e-mail", ways if own else ways[:1])


def _own_part(match: re.Match[str], today: date) -> Term:
    """What may stand before the @ of an address: with a digit in it nothing else, without one it may be a name."""
    mail = Way("mail", match[0].lower(), EXACT, BEGINS)
    if re.search(r"\d", match[0]):
        return Term("e-mail", (mail,))
    return Term("name", (*_named(*_parts(match[0])).ways, mail))


def _dob(*days: date | None) -> Term:
    """An impossible date is a term that nobody meets: 30 February must not find everybody."""
    return Term("date of birth", tuple(Way("dob", day.isoformat()) for day in dict.fromkeys(days) if day))


def _iso(match: re.Match[str], today: date) -> Term:
    return _dob(_day(match["y"], match["m"], match["d"], today))


def _american(match: re.Match[str], today: date) -> Term:
    """Month first; day first only where the month would be none."""
    a, b = match["a"], match["b"]
    return _dob(_day(match["y"], a, b, today) or _day(match["y"], b, a, today))


def _spelt(match: re.Match[str], today: date) -> Term:
    month = _MONTHS.index(match["month"][:3].lower()) + 1
    return _dob(_day(match["y"], str(month), match["d"], today))


def _month_of_year(match: re.Match[str], today: date) -> Term:
    month = match["m"] if match["m"].isdecimal() else str(_MONTHS.index(match["m"][:3].lower()) + 1)
    first = _day(match["y"], month, "1", today)
    return Term("date of birth", (Way("dob", f"{first:%Y-%m}", 0, BEGINS),) if first else ())


def _birthday(match: re.Match[str], today: date) -> Term:
    return Term("date of birth", _born_on(str(_MONTHS.index(match["month"][:3].lower()) + 1), match["d"], today))


def _birthday_in_digits(match: re.Match[str], today: date) -> Term:
    return Term("date of birth", _born_on(match["a"], match["b"], today) or _born_on(match["b"], match["a"], today))


def _born_on(month: str, day: str, today: date) -> tuple[Way, ...]:
    """Whoever was born on this day, in whatever year; nothing where there is no such day."""
    years = range(today.year, today.year - LONGEST_LIFE, -1)
    days = tuple((born.isoformat(), ENDS) for year in years if (born := _day(str(year), month, day, today)))
    return (Way("dob", f"{month}-{day}", 0, 0, days),) if days else ()


def _month_meant(match: re.Match[str]) -> str:
    """A word where the month stands in a date, as the month that it misses by one letter; any other as it is."""
    near = (month for month in _LONG_MONTHS if _less_a_letter(month) & _less_a_letter(match["word"].lower()))
    return (match["day"] or "") + next(near, match["word"])


def _less_a_letter(word: str) -> set[str]:
    """A word and its spellings with one letter left out: two that share one differ by one slip (migration 0003)."""
    return {word, *(word[:n] + word[n + 1 :] for n in range(len(word)))}


def _day(year: str, month: str, day: str, today: date) -> date | None:
    """A birth date; two digits of a year mean the latest such year that is not to come."""
    full = int(year)
    if len(year) == 2:
        full += today.year // 100 * 100
        full -= 100 if (full, int(month), int(day)) > (today.year, today.month, today.day) else 0
    try:
        return date(full, int(month), int(day))
    except ValueError:
        return None


def ref_key(ref: str) -> str:
    """A record number as the keys have it, however it is spaced and hyphened."""
    return re.sub(r"[^a-z0-9]", "", ref.lower())


def _mixed(match: re.Match[str], today: date) -> Term:
    """Letters and digits in one: a record number, the beginning of an e-mail address, or a name read from a scan."""
    ref = ref_key(match[0])
    ways = (Way("ref", ref, EXACT, BEGINS), Way("mail", match[0].lower(), EXACT, BEGINS))
    if len(re.findall("[a-z]", ref)) > 2 and re.fullmatch("(?:[a-z]+|[0158](?![0-9]))+", ref):
        return Term("name", (*_named(ref.translate(_MISREAD)).ways, *ways))
    return Term("record number", ways)


_MISREAD = str.maketrans("0158", "olsb")


def _number(match: re.Match[str], today: date) -> Term:
    """Digits in any notation: a telephone number or one of its ends, a record number, a date without its strokes.

    Ten of them are a whole number, whatever the country before it; what follows an x is another's extension.
    """
    digits = re.sub(r"\D", "", re.split("[a-z#]", match[0].lower())[0])
    phone = digits[1:] if len(digits) == 11 and digits.startswith("1") else digits
    ways = [Way("ref", digits, EXACT, BEGINS), Way("ref", digits.lstrip("0"), EXACT)]
    ways += [Way("tail", phone[::-1], EXACT, ENDS)] * (len(digits) >= 2)
    ways += [Way("phone", phone, EXACT, BEGINS)] * (len(digits) >= 3)
    ways += [Way("phone", phone[-10:])] * (len(phone) > 10)
    if day := _SPACED.fullmatch(match[0].strip()):
        ways += _dob(_day(day["y"], day["a"], day["b"], today)).ways
    if day := _DASHED.fullmatch(match[0].strip()):
        ways += _born_on(day["a"], day["b"], today)
    if len(digits) in (6, 8):
        ways += _dob(_day(digits[4:], digits[:2], digits[2:4], today)).ways
    if len(digits) == 8:
        ways += _dob(_day(digits[:4], digits[4:6], digits[6:], today)).ways
    return Term("number", tuple(dict.fromkeys(way for way in ways if way.key)))


def _beside_others(term: Term, today: date) -> Term:
    """Beside a name, digits are rather the end of a phone number or a year of birth than a record number.

    Three of them are no beginning: half the practice has the same area code.
    """
    if term.shape != "number":
        return term
    ways = [replace(way, exact=BEGINS, begins=0) if way.kind == "ref" else way for way in term.ways]
    ways = [way for way in dict.fromkeys(ways) if way.kind != "phone" or len(way.key) > 3]
    digits = {way.key[::-1] for way in ways if way.kind == "tail" and re.fullmatch(r"\d\d(91|02)?", way.key)}
    years = [day.year for year in digits if (day := _day(year, "1", "1", today))]
    return Term(term.shape, (*ways, *(Way("dob", str(year), 0, BEGINS) for year in years)))


_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = (
    r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DASHED = re.compile(r"(?P<a>\d{1,2})[-.](?P<b>\d{1,2})")
_SPACED = re.compile(r"(?P<a>\d{1,2}) (?P<b>\d{1,2}) (?P<y>\d\d)")
_LONG_MONTHS = ["january", "february", "march", "april", "august", "september", "october", "november", "december"]
# Those come with a day that is no year and no end of a telephone number: the 5th, or a single digit.
_DAY_ONLY = r"(?:the\s+)?(?P<d>\d{1,2}(?=st|nd|rd|th)|[1-9])(?:st|nd|rd|th)?\b(?!\s*[-./]\s*\d)"
_NO_NAMESAKE = "january|february|march|july|september|october|november|december"  # April, May, June, August are people.
_BIRTH_MONTH = rf"(?P<month>{_NO_NAMESAKE}|feb|jul|sept?|oct|nov|dec)"
_NTH = r"(?:the\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?P<y>\d{4}|\d\d)"
_MISSPELT = re.compile(
    r"(?P<day>\b\d{1,2}(?:st|nd|rd|th)?[\s.-]+(?:of\s+)?)?\b(?P<word>[a-z]{4,10})\b"
    r"(?=(?(day)|[\s,.-]+(?:the\s+)?\d{1,2}(?:st|nd|rd|th)?)[\s,'./-]+(?:19|20)\d\d\b)",
    re.IGNORECASE | re.ASCII,
)
# Beside a name, the gap between the end of a telephone number and a year: alone, "0307 1988" is a date.
_YEAR_BESIDE = re.compile(
    r"(?<=\d{4})\s+(?=(?:19|20)\d\d\b(?!\s*[-\d(]))"
    r"|(?<![-.\d]\s)(?<![-.\d])((?:19|20)\d\d)\s+(?=\(?\d{3})",
    re.ASCII,
)

# In this order: what one shape has taken, the next no longer sees.
_SHAPES: list[tuple[re.Pattern[str], Callable[[re.Match[str], date], Term | None]]] = [
    (re.compile(pattern, re.IGNORECASE | re.ASCII), meaning)
    for pattern, meaning in (
        (r"[^\s,;<>]+@[^\s,;<>]*", _email),
        (r"(?<!\S)[a-z][\w-]*(?:[.+][\w-]+)+(?!\S)", _own_part),
        (r"\b(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})\b", _iso),
        (rf"\b(?P<a>\d{{1,2}})(\s*[-/.]\s*)(?P<b>\d{{1,2}})\2{_YEAR}\b", _american),
        (r"\b(?P<a>\d{1,2}) (?P<b>\d{1,2}) (?P<y>(?:19|20)\d\d)\b", _american),
        (rf"\b(?P<y>(?:19|20)\d\d)[\s,.-]+{_MONTH}[\s,.-]*{_NTH}\b", _spelt),
        (rf"\b{_MONTH}[\s,.-]*{_NTH}[\s,'./-]+{_YEAR}\b", _spelt),
        (rf"\b{_NTH}[\s.-]*(?:of\s+)?{_MONTH}[\s,'./-]+{_YEAR}\b", _spelt),
        (r"\b(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])\b", _month_of_year),
        (r"\b(?P<m>0?[1-9]|1[0-2])/(?P<y>(?:19|20)\d\d)\b", _month_of_year),
        (rf"\b(?P<m>{_NO_NAMESAKE})[\s,]+(?P<y>(?:19|20)\d\d)\b", _month_of_year),
        (rf"\b(?P<m>{_NO_NAMESAKE})[\s,]+['’](?P<y>\d\d)\b", _month_of_year),
        (rf"\b{_BIRTH_MONTH}[\s,.-]*{_NTH}\b", _birthday),
        (rf"\b{_NTH}[\s.-]*(?:of\s+)?{_BIRTH_MONTH}\b", _birthday),
        (rf"\b{_MONTH}[\s,.-]+{_DAY_ONLY}", _birthday),
        (rf"\b(?:the\s+)?(?P<d>\d{{1,2}})(?:(?:st|nd|rd|th)\b[\s.-]*(?:of\s+)?|\s+of\s+){_MONTH}\b", _birthday),
        (r"(?<![-\d/])(?:\(?\d{3}\)?/\d{3}[-/]|\d{3}/)\d{4}(?![-\d/])", _number),
        (r"(?<![-\d/])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![-\d/]|\s*/)", _birthday_in_digits),
        (r"\b\d{1,2}\s*/\s*\d{0,2}(?:\s*/\s*\d*)?(?=\s|$)", lambda match, today: None),  # a date half typed
        (r"\+?\(?\d(?:[\s().\-]*\d){6,}\s*(?:x|ext\.?|extension|#)\s*\d{1,6}\b", _number),
        (r"^\s*(?:[a-z][\s-]+\d{4,}|[a-z]{2}[\s-]+\d{5,6})\s*$", _mixed),  # Ng and four digits are a name and a phone.
        (r"(?<![^\W_])(?=[\w'’-]*\d)(?=[\w'’-]*[a-z])\w[\w'’-]*", _mixed),
        (r"\+?\(?\d[\d\s().\-]*", _number),
    )
]
