"""Finding a client by whatever the caller says: names in any order, misheard or misspelt, digits, dates, an address.

A search is a range of keys for each thing typed (migration 0003 lays the keys out, search_terms.py reads the text). A
first statement looks for words on record that are near in spelling or in sound to those typed (migration 0008), a
second one for the clients whom all terms mean, by what was typed, by a nickname or by a near word, with everything that
a line of the list shows (search_hits.py). Of a single word it is first seen whether it finds enough as typed: most of
what one types letter by letter does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models.expressions import RawSQL

from lwg_intake import dates
from lwg_intake.records.models import Client
from lwg_intake.records.search_hits import COLUMNS, Hit, lines
from lwg_intake.records.search_terms import BEGINS, ENDS, EXACT, NICKNAME, SHORT_FOR, Term, Way, read, ref_key

if TYPE_CHECKING:
    from lwg_intake.access.models import User
    from lwg_intake.records.models.people import ClientQuerySet

MOST_LINES = 20
WHOLE = 6  # Letters or digits that may say by themselves who is meant.
LONG = 3  # Letters or digits that say something by themselves.
ENOUGH = 5  # With fewer clients spelt as typed, show near spellings too.
MOST_KEYS = 200  # Read for a term that stands alone: two letters would otherwise read half the table.
MOST_KEYS_EACH = 5_000  # The same for each of several that are all so short: enough to meet each other often.
NEAR_WORDS = 12  # Taken for one that was typed, the nearest first.
NOBODY = "Nobody found. Try fewer letters, the date of birth, or the last four digits of the phone."
NO_SUCH_DAY = "There is no such day. Try the year of birth beside a name, or the last four digits of the phone."
SAYS_NOTHING = "Type at least two letters or digits, or a whole date of birth."
LAST = "\U0010ffff"  # Sorts after every character: the end of a range of beginnings.


@dataclass(frozen=True)
class Found:
    """Whom a text may mean, best first. `nearly` where nobody is on record just so, and these come nearest.

    `sure` where the first stands alone, or alone fits as typed: nobody else can be meant as well. One word that nobody
    has says too little: its only neighbor in a small practice may be a stranger.
    """

    hits: list[Hit]
    nearly: bool = False
    sure: bool = False
    instead: str = NOBODY  # What to try where nobody is found.


def find(text: str, *, user: User | None, limit: int = MOST_LINES) -> list[Hit]:
    """The clients that a text may mean, best first; for the command line (no user) all, else whom the person may see.

    What is spelt as typed stands before what begins so, that before what is near in spelling, and that before what only
    sounds alike. No text raises: one that says nothing yet, or nothing at all, finds nobody.
    """
    return answer(read(text, dates.today()), user=user, limit=limit).hits


def answer(terms: list[Term], *, user: User | None, limit: int = MOST_LINES) -> Found:
    """The same for a text that is read already."""
    if not terms:
        return Found([], instead=SAYS_NOTHING)
    if not all(term.ways for term in terms):
        return Found([], instead=NO_SUCH_DAY)
    visible, misspelt = _visible(user), any(_may_be_misspelt(term) for term in terms)
    if misspelt and sum(_length(term) >= LONG for term in terms) == 1:
        hits = _ask(_met(terms, visible, limit), limit)
        if len(hits) >= min(ENOUGH, limit):
            return _found(hits, terms)
    near = _with_near_words(terms) if misspelt else terms
    lacking, choices = _may_be_lacking(near)
    hits = _ask(_met(near, visible, limit, lacking), limit)
    met = bool(hits)
    if not hits and choices:
        hits = _ask(_any_met(choices, visible, limit), limit)
    names = [term for term in terms if term.shape == "name" and not _is_initial(term)]
    if not hits and names and len(terms) > 1 and all(term.shape == "name" or _is_when(term) for term in terms):
        hits = _ask(_rarest_met(names, visible, limit), limit)
    found = _found(hits, terms)
    return found if met else replace(found, sure=False)


def _found(hits: list[tuple[Hit, bool, float]], terms: list[Term]) -> Found:
    just_so = [worth for _, just_so, worth in hits if just_so]
    best, *others = just_so or [0.0]
    whole = EXACT * len(terms) - (EXACT - ENDS)  # Of a telephone number the end will do.
    fits_best = bool(just_so) and hits[0][1] and (not others or max(others) < best >= whole)
    is_one_word = [term.shape for term in terms] == ["name"]
    stands_alone = len(hits) == 1 and bool(just_so or not is_one_word)
    return Found([hit for hit, *_ in hits], nearly=bool(hits) and not just_so, sure=stands_alone or fits_best)


def by_ref(ref: str, clients: ClientQuerySet) -> Client | None:
    """The one of these clients with this record number, however it is spaced and hyphened, or its digits alone."""
    key = ref_key(ref)
    has_it = RawSQL("SELECT client_id FROM records_searchkey WHERE kind = 'ref' AND key = %s", [key])
    found = list(clients.filter(pk__in=has_it))
    found = [client for client in found if ref_key(client.ref) == key] or found
    return found[0] if len(found) == 1 else None


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


def _meanings(way: Way) -> Iterator[tuple[_Sql, _Sql]]:
    """The conditions under which a key is meant, each with what that is worth: less than nothing if only near.

    Of two that a key meets the first counts.
    """
    # The words of a name are folded by the same function as those on record.
    key = "search_plain(%s)" if way.kind == "name" else "%s"
    if way.exact:
        yield _Sql(f"kind = %s AND key = {key}", (way.kind, way.key)), _Sql(str(way.exact))
    yield from _alike(way.kind, [(key, worth) for key, worth in way.alike if worth > way.begins])
    if way.begins:
        begins = f"kind = %s AND key > {key} AND key < {key} || %s"
        yield _Sql(begins, (way.kind, way.key, way.key, LAST)), _Sql(str(way.begins))
    yield from _alike(way.kind, [(key, worth) for key, worth in way.alike if worth <= way.begins])


def _alike(kind: str, alike: list[tuple[str, float]]) -> Iterator[tuple[_Sql, _Sql]]:
    if alike:
        keys, worth = [key for key, _ in alike], [float(worth) for _, worth in alike]
        score = _Sql("(%s::real[])[array_position(%s::text[], key)]", (worth, keys))
        yield _Sql("kind = %s AND key = ANY (%s)", (kind, keys)), score


def _keys(term: Term, more: _Sql, most: int | None) -> _Sql:
    """The keys that meet a term, and whose they are.

    `most` bounds each of its meanings, the keys nearest to the text first, so that two letters do not read half the
    table.
    """
    end = f" ORDER BY key, client_id LIMIT {most}" if most else ""
    return _Sql.join(
        " UNION ALL ",
        (
            _Sql(
                f"(SELECT client_id, kind, key FROM records_searchkey WHERE {meant.text}{more.text}{end})",
                (*meant.values, *more.values),
            )
            for way in term.ways
            for meant, _ in _meanings(way)
        ),
    )


def _worth(term: Term) -> _Sql:
    """What a key that meets a term is worth."""
    cases = [
        _Sql(f"WHEN {meant.text} THEN {worth.text}", (*meant.values, *worth.values))
        for way in term.ways
        for meant, worth in _meanings(way)
    ]
    case = _Sql.join(" ", cases)
    return _Sql(f"CASE {case.text} END", case.values)


def _met(terms: list[Term], visible: _Sql, limit: int, lacking: Term | None = None) -> _Sql:
    """The clients that meet every term (or all but the one that their record may lack), and whether just so.

    The rarest term is read first, each other only of the clients found so far, so that a common name costs a look at
    its keys, and is neither weighed nor joined.
    """
    short = all(_length(term) < LONG for term in terms)
    most = max(limit, MOST_KEYS) if len(terms) == 1 else MOST_KEYS_EACH if short else None
    initials = [] if short else [term for term in terms if _is_initial(term)]
    words = sorted((term for term in terms if term not in (*initials, lacking)), key=_rarity, reverse=True)
    last = len(words) - 1
    if lacking and lacking not in initials:
        words.append(lacking)
    steps = _Sql.join(", ", (_step(n, _keys(term, _Sql("") if n else visible, most)) for n, term in enumerate(words)))
    weighed = _Sql.join(
        " UNION ALL ",
        (
            _Sql(
                "SELECT client_id, greatest(max(worth), -min(worth)) AS score, max(worth) > 0 AS just_so"
                f" FROM (SELECT client_id, {worth.text} AS worth FROM met_{n}{among}) AS met"
                " GROUP BY client_id",
                worth.values,
            )
            for n, worth in enumerate(map(_worth, words))
            for among in ("" if n == last else f" WHERE {_among(last)}",)
        ),
    )
    found = _Sql(
        f"WITH {steps.text} SELECT client_id, sum(score) AS score,"
        f" bool_and(just_so) AND count(*) = {len(words)} AS just_so"
        f" FROM ({weighed.text}) AS weighed GROUP BY client_id",
        (*steps.values, *weighed.values),
    )
    for initial in sorted(initials, key=lambda initial: initial is lacking):
        found = _with_initial(found, initial.ways[0].key, may_lack=initial is lacking)
    return found


def _step(number: int, keys: _Sql) -> _Sql:
    """The keys of one term, after the first step only those of the clients found by the step before."""
    # OFFSET 0 keeps the planner from asking each piece of the union by itself, each with a hash of its own.
    text = f"SELECT * FROM ({keys.text} OFFSET 0) AS met WHERE {_among(number - 1)}" if number else keys.text
    return _Sql(f"met_{number} AS MATERIALIZED ({text})", keys.values)


def _among(step: int) -> str:
    """Whether client_id is among those found by this step.

    IS TRUE changes nothing but the plan: the planner makes no join of it, but looks each key up in a hash. It takes
    many a name for rarer than it is, and a join then walks one side once for each row of the other.
    """
    return f"(client_id IN (SELECT client_id FROM met_{step})) IS TRUE"


def _length(term: Term) -> int:
    return max(len(way.key) for way in term.ways)


def _rarity(term: Term) -> tuple[int, int]:
    """More for what finds fewer: digits and addresses, then surnames, first names, years; of each, the longer."""
    length = _length(term)
    if term.shape == "name":
        return (1 if any(worth in (SHORT_FOR, NICKNAME) for way in term.ways for _, worth in way.alike) else 2), length
    year = any(way.kind == "dob" and way.begins for way in term.ways)
    return (0 if year or length < 4 else 3), length


def _is_when(term: Term) -> bool:
    """A birth date or a year of birth: either may be wrong where the name is right."""
    return any(way.kind == "dob" for way in term.ways)


def _is_initial(term: Term) -> bool:
    return term.shape == "name" and len(term.ways[0].key) == 1


def _with_initial(found: _Sql, letter: str, *, may_lack: bool) -> _Sql:
    """Those of the clients found who have a name with this initial, asked of the best until there are enough of them.

    A letter begins one name in ten: to read all these clients takes longer than to look at some of those found.
    """
    # Not EXISTS, for which the planner would read all whose names begin so.
    has_it = (
        "SELECT count(*) > 0 FROM (SELECT FROM records_searchkey AS k WHERE k.client_id = found.client_id"
        " AND kind = 'name' AND key >= search_plain(%s) AND key < search_plain(%s) || %s LIMIT 1) AS one"
    )
    return _Sql(
        f"(SELECT client_id, score + CASE WHEN has_it THEN {BEGINS} ELSE 0 END AS score, just_so AND has_it AS just_so"
        f" FROM ({found.text} ORDER BY just_so DESC, score DESC, client_id) AS found, LATERAL ({has_it}) AS it (has_it)"
        + (")" if may_lack else f" WHERE has_it LIMIT {MOST_KEYS})"),
        (*found.values, letter, letter, LAST),
    )


def _any_met(choices: list[list[Term]], visible: _Sql, limit: int) -> _Sql:
    """The clients that meet all the terms of one choice or another; each term more counts."""
    met = (_met(terms, visible, limit) for terms in choices)
    union = _Sql.join(" UNION ALL ", (_Sql(f"({choice.text})", choice.values) for choice in met))
    return _Sql(
        f"SELECT client_id, max(score) AS score, false AS just_so FROM ({union.text}) AS choice GROUP BY client_id",
        union.values,
    )


def _may_be_lacking(terms: list[Term]) -> tuple[Term | None, list[list[Term]]]:
    """The word of a name that the record may well lack; and with what to be content where nobody is found even so.

    The record may lack a middle name or have another name since a marriage: where two other terms say who is meant, one
    word may be missing, rather one that is short or stands between others than the first or the last. A whole telephone
    number, an e-mail address or a record number says it alone, and so do the names beside one that nobody of that name
    has.
    """
    names = [term for term in terms if term.shape == "name"]
    two_say_it = len(names) > 1 and len(terms) > 2
    inner = [term for term in names if len(term.ways[0].key) < LONG] or names[1:-1]
    lacking = inner[0] if two_say_it and inner else None
    choices = [[term for term in terms if term is not one] for one in names if two_say_it and one is not lacking]
    whole = [_whole(term) for term in terms if term.shape not in ("name", "date of birth") and _length(term) >= WHOLE]
    choices += [whole] if names and whole else []
    if len(names) < len(terms) and not all(map(_is_initial, names)):
        # A number may be a new one, or another's, where the name is right.
        choices.append(names)
    return lacking, choices


def _rarest_met(names: list[Term], visible: _Sql, limit: int) -> _Sql:
    """The clients of the one name that the fewest have: another may be misheard beyond likeness, or a date be wrong."""
    met = [_met([term], visible, limit) for term in names]
    steps = _Sql.join(", ", (_Sql(f"name_{n} AS MATERIALIZED ({one.text})", one.values) for n, one in enumerate(met)))
    counts = ", ".join(f"(SELECT nullif(count(*), 0) FROM name_{n})" for n in range(len(met)))
    either = " UNION ALL ".join(
        f"SELECT client_id, score FROM name_{n} WHERE (SELECT count(*) FROM name_{n}) = (SELECT fewest FROM rarest)"
        for n in range(len(met))
    )
    return _Sql(
        f"WITH {steps.text}, rarest (fewest) AS (SELECT least({counts}))"
        f" SELECT client_id, max(score) AS score, false AS just_so FROM ({either}) AS either GROUP BY client_id",
        steps.values,
    )


def _whole(term: Term) -> Term:
    """The term where nothing may follow what was typed."""
    return replace(term, ways=tuple(replace(way, begins=0) for way in term.ways if way.exact))


def _may_be_misspelt(term: Term) -> bool:
    return term.shape == "name" and len(term.ways[0].key) >= LONG


def _with_near_words(terms: list[Term]) -> list[Term]:
    """The terms, each name with the words on record that are near to it in spelling or in sound, of negative worth."""
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
            near[number].append((word, -score))
    return [_with(term, near[n]) if n in typed else term for n, term in enumerate(terms)]


def _with(term: Term, near: list[tuple[str, float]]) -> Term:
    first, *others = term.ways
    alike = dict([*near, *first.alike])  # A nickname is worth what nicknames are, however it is spelt.
    return replace(term, ways=(replace(first, alike=tuple(alike.items())), *others))


def _ask(found: _Sql, limit: int) -> list[tuple[Hit, bool, float]]:
    """The best of those found, with what a line shows of each, whether just so, and what that is worth.

    Those who are only near go where there are too many, or ENOUGH just so; of equals those longest on record stay.
    """
    shown, line_values = lines()
    text = f"""
        WITH best AS MATERIALIZED (
            SELECT * FROM ({found.text}) AS found ORDER BY just_so DESC, score DESC, client_id LIMIT %s
        )
        SELECT line.*, best.just_so, best.score FROM best JOIN ({shown}) AS line ({COLUMNS}) USING (client_id)
        WHERE best.just_so OR (SELECT count(*) FROM best WHERE just_so) < {ENOUGH}
        ORDER BY best.score DESC, line.last_name, line.first_name, line.ref
    """
    with connection.cursor() as cursor:
        cursor.execute(text, (*found.values, limit, *line_values))
        return [(Hit(*row), just_so, score) for *row, just_so, score in cursor.fetchall()]
