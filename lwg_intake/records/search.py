"""Finding a client by whatever the caller says: names in any order, misheard or misspelt, digits, dates, an address.

A search is a range of keys for each thing typed (migration 0003 lays the keys out, search_terms.py reads the text).
The first statement finds what is spelt right, by itself or by a nickname. Only when it finds few, a second one looks
for words on record that are near in spelling or in sound (migration 0008), and the first is asked again with these.
Each brings everything that a line of the list shows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Concat, TruncDate

from lwg_intake import dates
from lwg_intake.records.models import Appointment, Assignment, Client, Termination
from lwg_intake.records.rules import AppointmentState, ClientStatus
from lwg_intake.records.search_terms import BEGINS, Term, Way, read

if TYPE_CHECKING:
    from lwg_intake.access.models import User

MOST_LINES = 20
ENOUGH = 5  # With fewer clients spelt as typed, look for near spellings too.
MOST_KEYS = 200  # Read for a term that stands alone: two letters would otherwise read half the table.
MOST_KEYS_EACH = 5_000  # The same for each of several that are all so short: enough to meet each other often.
NEAR_WORDS = 12  # Taken for one that was typed, the nearest first.
LAST = "\U0010ffff"  # Sorts after every character: the end of a range of beginnings.


@dataclass(frozen=True)
class Hit:
    """One line of the answer: enough to tell two of one name apart."""

    client_id: int
    ref: str
    first_name: str
    last_name: str
    preferred_name: str
    dob: date | None
    phone: str
    email: str
    city: str
    state: str
    status: str  # one of ClientStatus
    clinician: str
    seen_on: date | None

    @property
    def name(self) -> str:
        """As one speaks it."""
        return f"{self.first_name} {self.last_name}"

    @property
    def standing(self) -> str:
        """Active, former or never a client."""
        return ClientStatus(self.status).label

    def facts(self, today: date) -> str:
        """What tells namesakes apart, as far as known: birth date and age, phone, place, clinician, last visit."""
        born = f"{_said(self.dob)} ({dates.age_on(self.dob, today)})" if self.dob else ""
        place = f"{self.city}, {self.state}".strip(", ")
        seen = f"last seen {_said(self.seen_on)}" if self.seen_on else ""
        return " · ".join(filter(None, (born, self.phone, place, self.clinician, seen)))


def _said(day: date) -> str:
    return f"{day:%b} {day.day}, {day.year}"


_COLUMNS = ", ".join(field.name for field in fields(Hit))


@dataclass(frozen=True)
class Found:
    """Whom a text may mean, best first. `nearly` where nobody is on record just so, and these come nearest."""

    hits: list[Hit]
    nearly: bool = False


def find(text: str, *, user: User | None, limit: int = MOST_LINES) -> list[Hit]:
    """The clients that a text may mean, best first; for the command line (no user) all, else whom the person may see.

    What is spelt as typed stands before what begins so, that before what is near in spelling, and that before what only
    sounds alike. No text raises: one that says nothing yet, or nothing at all, finds nobody.
    """
    return answer(read(text, dates.today()), user=user, limit=limit).hits


def answer(terms: list[Term], *, user: User | None, limit: int = MOST_LINES) -> Found:
    """The same for a text that is read already."""
    if not terms or not all(term.ways for term in terms):
        return Found([])
    visible = _visible(user)
    hits = _ask(_met(terms, visible, limit), limit)
    nearly = not hits
    if len(hits) < min(ENOUGH, limit) and any(_may_be_misspelt(term) for term in terms):
        terms = _with_near_words(terms)
        inner, outer = _fewer(terms)
        hits = _ask(_any_met([terms, *([] if hits else inner)], visible, limit), limit)
        if not hits and outer:
            hits = _ask(_any_met(outer, visible, limit), limit)
    return Found(hits, nearly and bool(hits))


@dataclass(frozen=True)
class _Sql:
    """A piece of a statement with its parameters."""

    text: str
    values: tuple[Any, ...] = ()

    @classmethod
    def join(cls, glue: str, parts: Iterable[_Sql]) -> _Sql:
        parts = list(parts)
        return cls(
            glue.join(part.text for part in parts),
            tuple(value for part in parts for value in part.values),
        )


def _visible(user: User | None) -> _Sql:
    """A condition on client_id, compiled from the one rule of who may see whom; empty where all may be seen."""
    if user is None:
        return _Sql("")
    seen = Client.objects.visible_to(user).order_by()
    if seen.query.is_empty():
        return _Sql(" AND false")
    if not seen.query.where:
        return _Sql("")
    text, values = seen.values("pk").query.sql_with_params()
    return _Sql(f" AND client_id IN ({text})", values)


_KEYS = "SELECT client_id, {} AS score, key FROM records_searchkey WHERE kind = %s AND "


def _ways(way: Way, more: _Sql, most: int | None) -> Iterator[_Sql]:
    """The clients of one way with their scores: whose key is the one typed or begins with it, and whose stands for it.

    `most` bounds each, the keys nearest to the text first, so that two letters do not read half the table.
    """
    # The words of a name are folded by the same function as those on record.
    key = "search_plain(%s)" if way.kind == "name" else "%s"
    if way.begins:
        score = f"CASE WHEN key = {key} THEN {way.exact} ELSE {way.begins} END"
        text = f"{_KEYS.format(score)} key {'>=' if way.exact else '>'} {key} AND key < {key} || %s"
        found = [_Sql(text, (way.key, way.kind, way.key, way.key, LAST))]
    else:
        found = [_Sql(f"{_KEYS.format(way.exact)} key = {key}", (way.kind, way.key))]
    if way.alike:
        keys, worth = [key for key, _ in way.alike], [float(worth) for _, worth in way.alike]
        score = "(%s::real[])[array_position(%s::text[], key)]"
        found.append(_Sql(f"{_KEYS.format(score)} key = ANY (%s)", (worth, keys, way.kind, keys)))
    end = f" ORDER BY key, client_id LIMIT {most}" if most else ""
    return (_Sql(f"({piece.text}{more.text}{end})", (*piece.values, *more.values)) for piece in found)


def _term(term: Term, more: _Sql, most: int | None) -> _Sql:
    return _Sql.join(" UNION ALL ", (piece for way in term.ways for piece in _ways(way, more, most)))


def _met(terms: list[Term], visible: _Sql, limit: int) -> _Sql:
    """The clients that meet every term.

    FULL JOIN and a condition that says "inner" to us but not to the planner leave it nothing but hashing, whose cost is
    the rows read. It takes many a name for rarer than it is, and an inner join then walks them once for each other row.
    """
    short = all(len(way.key) < 3 for term in terms for way in term.ways)
    most = max(limit, MOST_KEYS) if len(terms) == 1 else MOST_KEYS_EACH if short else None
    initials = [] if short else [term for term in terms if _is_initial(term)]
    words = [term for term in terms if term not in initials]
    found, *others = (_term(term, visible if n == 0 else _Sql(""), most) for n, term in enumerate(words))
    for other in others:
        text = (
            f"SELECT client_id, a.score + b.score AS score FROM ({found.text}) AS a"
            f" FULL JOIN ({other.text}) AS b USING (client_id) WHERE coalesce(a.score + b.score, 0) > 0"
        )
        found = _Sql(text, (*found.values, *other.values))
    found = _Sql(f"SELECT client_id, max(score) AS score FROM ({found.text}) AS met GROUP BY client_id", found.values)
    for initial in initials:
        found = _with_initial(found, initial.ways[0].key)
    return found


def _is_initial(term: Term) -> bool:
    return term.shape == "name" and len(term.ways[0].key) == 1


def _with_initial(found: _Sql, letter: str) -> _Sql:
    """Those of the clients found who have a name with this initial, asked of the best until there are enough of them.

    A letter begins one name in ten: to read all these clients takes longer than to look at some of those found.
    """
    has_it = (
        "(SELECT true FROM records_searchkey AS k WHERE k.client_id = found.client_id AND kind = 'name'"
        " AND key >= search_plain(%s) AND key < search_plain(%s) || %s LIMIT 1)"
    )
    return _Sql(
        f"(SELECT client_id, score + {BEGINS} AS score"
        f" FROM ({found.text} ORDER BY score DESC, client_id) AS found WHERE {has_it} LIMIT {MOST_KEYS})",
        (*found.values, letter, letter, LAST),
    )


def _any_met(choices: list[list[Term]], visible: _Sql, limit: int) -> _Sql:
    """The clients that meet all the terms of one choice or another; each term more counts."""
    union = _Sql.join(" UNION ALL ", (_met(terms, visible, limit) for terms in choices))
    return _Sql(f"SELECT client_id, max(score) AS score FROM ({union.text}) AS choice GROUP BY client_id", union.values)


def _fewer(terms: list[Term]) -> tuple[list[list[Term]], list[list[Term]]]:
    """The terms without one word of a name, where two others say who is meant: rather an inner one, or the outer.

    The record may lack a middle name or have another name since a marriage. What is short or stands between others is
    rather missing than the first or the last.
    """
    names = [n for n, term in enumerate(terms) if term.shape == "name"]
    if len(names) < 2 or len(terms) < 3:
        return [], []
    short = [n for n in names if len(terms[n].ways[0].key) < 3]
    inner = short or names[1:-1]
    without = {n: [*terms[:n], *terms[n + 1 :]] for n in names}
    return [without[n] for n in inner], [without[n] for n in names if n not in inner]


def _may_be_misspelt(term: Term) -> bool:
    return term.shape == "name" and len(term.ways[0].key) >= 3


def _with_near_words(terms: list[Term]) -> list[Term]:
    """The terms, each name with the words on record that are near to it in spelling or in sound."""
    typed = {n: term.ways[0] for n, term in enumerate(terms) if _may_be_misspelt(term)}
    values = ", ".join(["(%s, search_plain(%s))"] * len(typed))
    text = f"""
        SELECT number, near.word, near.score FROM (VALUES {values}) AS typed (number, word)
        CROSS JOIN LATERAL (
            SELECT word, score FROM search_like(typed.word) AS near (word, score) WHERE word <> typed.word
            ORDER BY score DESC, word LIMIT {NEAR_WORDS}
        ) AS near
    """
    near: dict[int, list[tuple[str, float]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(text, [value for n, way in typed.items() for value in (n, way.key)])
        for number, word, score in cursor.fetchall():
            near[number].append((word, score))
    return [_with(term, near[n]) if n in typed else term for n, term in enumerate(terms)]


def _with(term: Term, near: list[tuple[str, float]]) -> Term:
    first, *others = term.ways
    alike = dict([*near, *first.alike])  # A nickname is worth what nicknames are, however it is spelt.
    return replace(term, ways=(replace(first, alike=tuple(alike.items())), *others))


def _ask(found: _Sql, limit: int) -> list[Hit]:
    """The best of those found, with what a line shows of each; of equals too many to show, those longest on record."""
    lines, line_values = _lines()
    text = f"""
        WITH best AS MATERIALIZED (
            SELECT client_id, score FROM ({found.text}) AS found ORDER BY score DESC, client_id LIMIT %s
        )
        SELECT line.* FROM best JOIN ({lines}) AS line ({_COLUMNS}) USING (client_id)
        ORDER BY best.score DESC, line.last_name, line.first_name, line.ref
    """
    with connection.cursor() as cursor:
        cursor.execute(text, (*found.values, limit, *line_values))
        return [Hit(*row) for row in cursor.fetchall()]


@cache
def _lines() -> tuple[str, tuple[Any, ...]]:
    """Everything that a line shows, of every client, as a statement for others to choose from; compiled once."""
    own = {"client": OuterRef("pk")}
    name = Concat(F("clinician__first_name"), Value(" "), F("clinician__last_name"))
    kept = Appointment.objects.filter(**own, state=AppointmentState.KEPT).order_by("-starts_at")
    clients: QuerySet[Any] = Client.objects.order_by().values_list(
        "pk", "ref", "first_name", "last_name", "preferred_name", "dob", "phone", "email", "city", "state",
        Case(
            When(Exists(Assignment.objects.running().filter(**own)), then=Value(ClientStatus.ACTIVE.value)),
            When(Exists(Assignment.objects.filter(**own)) | Exists(Termination.objects.filter(**own)),
                 then=Value(ClientStatus.FORMER.value)),
            default=Value(ClientStatus.PROSPECTIVE.value),
            output_field=CharField(),
        ),
        Subquery(Assignment.objects.filter(**own).order_by("-started_on", "-pk").values_list(name)[:1]),
        Subquery(kept.values(day=TruncDate("starts_at"))[:1]),
    )  # fmt: skip
    return clients.query.sql_with_params()
