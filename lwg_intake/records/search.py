"""Finding a client by whatever the caller says: names in any order, misheard or misspelt, digits, dates, an address.

A search is a range of keys for each thing typed (migration 0003 lays the keys out, search_terms.py reads the text).
The first statement finds what is spelt right; only when it finds too few does a second look for words that are near
in spelling or in sound. Each is one round trip and brings everything that a line of the list shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields
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
from lwg_intake.records.search_terms import BEGINS, EXACT, NICKNAME, Term, Way, read

if TYPE_CHECKING:
    from lwg_intake.access.models import User

MOST_LINES = 20
ENOUGH = 5  # With fewer clients spelt as typed, look for near spellings too.
MOST_BEGINNINGS = 200  # Keys read for one that stands alone: two letters would otherwise read half the table.
ALIKE_WORDS = 12  # Words taken as near to one that was typed, the nearest first; as many that begin with it.
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


def find(text: str, *, user: User | None, limit: int = MOST_LINES) -> list[Hit]:
    """The clients that a text may mean, best first; for the command line (no user) all, else whom the person may see.

    What is spelt as typed stands before what begins so, that before what is near in spelling, and that before what only
    sounds alike. No text raises: one that says nothing yet, or nothing at all, finds nobody.
    """
    return answer(read(text, dates.today()), user=user, limit=limit)


def answer(terms: list[Term], *, user: User | None, limit: int = MOST_LINES) -> list[Hit]:
    """The same for a text that is read already."""
    if not terms or not all(term.ways for term in terms):
        return []
    visible = _visible(user)
    hits = _ask(_spelt_so(terms, visible, limit), limit)
    if len(hits) < min(ENOUGH, limit) and any(_may_be_misspelt(term) for term in terms):
        hits = _ask(_alike(terms, visible), limit)
    return hits


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
    if way.stands_for:
        found.append(_Sql(f"{_KEYS.format(NICKNAME)} key = ANY (%s)", (way.kind, list(way.stands_for))))
    end = f" ORDER BY key, client_id LIMIT {most}" if most else ""
    return (_Sql(f"({piece.text}{more.text}{end})", (*piece.values, *more.values)) for piece in found)


def _term(term: Term, number: int, more: _Sql, most: int | None = None) -> _Sql:
    union = _Sql.join(" UNION ALL ", (piece for way in term.ways for piece in _ways(way, more, most)))
    return _Sql(f"({union.text}) AS t{number}", union.values)


def _spelt_so(terms: list[Term], visible: _Sql, limit: int) -> _Sql:
    """The clients that meet every term. The planner picks where to begin: it knows how common each key is."""
    most = max(limit, MOST_BEGINNINGS) if len(terms) == 1 else None
    tables = [_term(term, n, visible if n == 0 else _Sql(""), most) for n, term in enumerate(terms)]
    joined = _Sql.join(
        " JOIN ",
        (_Sql(t.text + (" USING (client_id)" if n else ""), t.values) for n, t in enumerate(tables)),
    )
    score = " + ".join(f"t{n}.score" for n in range(len(terms)))
    return _Sql(
        f"SELECT client_id, max({score}) AS score FROM {joined.text} GROUP BY client_id",
        joined.values,
    )


def _may_be_misspelt(term: Term) -> bool:
    return term.shape == "name" and len(term.ways[0].key) >= 3


# Each kind of likeness has its own share of the words, so that the many beginnings do not crowd out the one near word.
_WORDS = f"""
    SELECT typed.number, alike.word, alike.score
    FROM (VALUES {{values}}) AS typed (number, word, stands_for)
    CROSS JOIN LATERAL (
        SELECT w.word, max(w.score)::real AS score FROM (
            SELECT word, {EXACT}::real AS score FROM records_searchword WHERE word = typed.word
            UNION ALL
            (SELECT word, {BEGINS} FROM records_searchword
             WHERE word > typed.word AND word < typed.word || %s ORDER BY word LIMIT {ALIKE_WORDS})
            UNION ALL
            SELECT word, {NICKNAME} FROM records_searchword WHERE word = ANY (typed.stands_for)
            UNION ALL
            (SELECT word, near.score FROM search_like(typed.word) AS near (word, score)
             ORDER BY score DESC, word LIMIT {ALIKE_WORDS})
        ) AS w
        GROUP BY w.word
    ) AS alike
"""


def _alike(terms: list[Term], visible: _Sql) -> _Sql:
    """The clients whose names are near to the words typed, and who meet every other term as it stands.

    Of three or more words one may be missing on record: a middle name, a married one; rather one that stands between
    others than the first or the last. So may one of two beside a date or a number.
    """
    names = [term.ways[0] for term in terms if term.shape == "name"]
    others = [term for term in terms if term.shape != "name"]
    values = ", ".join(f"({number}, search_plain(%s), %s::text[])" for number in range(len(names)))
    typed = tuple(value for way in names for value in (way.key, list(way.stands_for)))
    weights = [0.5 if 0 < n < len(names) - 1 else 1 for n in range(len(names))]
    best = ", ".join(f"max(score * {w}) FILTER (WHERE number = {n}) AS s{n}" for n, w in enumerate(weights))
    met = " + ".join(f"(s{n} IS NOT NULL)::int" for n in range(len(names)))
    score = " + ".join(
        [*(f"coalesce(s{n}, 0)" for n in range(len(names))), *(f"other{n}.score" for n in range(len(others)))]
    )
    needed = len(names) - (len(names) > 1 and len(terms) > 2)
    joins = _Sql.join("", (_once(term, n) for n, term in enumerate(others)))
    text = f"""
        WITH words AS MATERIALIZED ({_WORDS.format(values=values)})
        SELECT client_id, {score} AS score FROM (
            SELECT client_id, {best} FROM words JOIN records_searchkey ON kind = 'name' AND key = word{visible.text}
            GROUP BY client_id
        ) AS named{joins.text}
        WHERE {met} >= {needed}
    """
    return _Sql(text, (*typed, LAST, *visible.values, *joins.values))


def _once(term: Term, number: int) -> _Sql:
    """A join with the clients who meet a term, each once, so that no score counts twice."""
    table = _term(term, number, _Sql(""))
    once = f"(SELECT client_id, max(score) AS score FROM {table.text} GROUP BY client_id) AS other{number}"
    return _Sql(f" JOIN {once} USING (client_id)", table.values)


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
