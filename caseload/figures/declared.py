"""Every figure in words: what is counted, of what, when, and what is left out. The page and the docs say the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace

from caseload.figures.rules import PLANNED_GROUNDS


@dataclass(frozen=True)
class Figure:
    """One picture with its table. Words in braces are the practice's numbers; `chart` says how it is drawn."""

    key: str
    title: str
    chart: str
    numerator: str
    denominator: str
    window: str
    exclusions: str
    source: str

    def with_numbers(self, numbers: Mapping[str, int]) -> Figure:
        """The same, with the practice's present numbers in its sentences."""
        words = {f.name: getattr(self, f.name).format_map(numbers) for f in fields(self)}
        return replace(self, **words)


@dataclass(frozen=True)
class Term:
    """A word that several figures use, and what it means in all of them."""

    word: str
    meaning: str


TERMS = (
    Term(
        "New client",
        "An assignment (a client with a clinician for one service) that began in the window, with at least one kept "
        "visit. A client with two services counts once for each.",
    ),
    Term("Visit of a client", "A kept visit of the assignment, from the day on which it began to the day it ended."),
    Term(
        "Planned ending",
        "Decided and said: category C or D, or none of A to D with a ground that begins with "
        + ", ".join(f"“{ground}”" for ground in PLANNED_GROUNDS)
        + ". A change to another clinician of the practice, too.",
    ),
    Term(
        "Unplanned ending",
        "Any other: category A or B, another ground, no reason on record. Also a client whom nobody closed, unseen for "
        "longer than {lapsed_months} months with no visit ahead.",
    ),
)
NEVER_SEEN = "Who was never seen, and OMHC assessments, which are one visit."
TOO_NEW = NEVER_SEEN + " Who began within the last {retention_weeks} weeks had not the time yet."

FIGURES = {
    figure.key: figure
    for figure in (
        Figure(
            "suggestions", "What the night suggested, and what came of it", "stack",
            "Suggestions that ended this way: answered close, write, keep or reassign, withdrawn because their reason "
            "went away, or still open (told, not drawn).",
            "All suggestions opened in that period. Each ground of an assignment is a suggestion of its own.",
            "The day on which the night opened it.",
            "Nothing.",
            "S2, S3; the sweep",
        ),
        Figure(
            "closing_days", "From the last contact to the closing", "stack",
            "Endings, by the days from the last contact to the day of ending. Contact is a kept visit of this client "
            "with this clinician for this service, or any contact with the client, whoever it was with.",
            "All endings on record.",
            "The day of ending.",
            "Endings without any contact on record before them; OMHC assessments.",
            "S3, R14",
        ),
        Figure(
            "caseload", "Caseload against capacity", "behind",
            "Open assignments without a termination.",
            "The clinician’s places (the capacity on record).",
            "Today, whatever window and service are chosen.",
            "Clinicians who left. The sentence above the picture leaves out those "
            "without a capacity on record.",
            "S3, R21",
        ),
        Figure(
            "misses", "No-shows and late cancels", "line",
            "Visits that were a no-show, or that were cancelled late.",
            "Visits kept, missed or cancelled late.",
            "The day of the visit.",
            "Cancelled in time by the client, cancelled by the clinician, and visits without an outcome.",
            "S3, R15",
        ),
        Figure(
            "misses_by_clinician", "No-shows and late cancels by clinician", "stack-across",
            "Visits that were a no-show, or that were cancelled late.",
            "Visits kept, missed or cancelled late.",
            "The day of the visit.",
            "Cancelled in time by the client, cancelled by the clinician, and visits without an outcome.",
            "S3, R15",
        ),
        Figure(
            "retention", "New clients who stay", "line",
            "Of these, who reached {retention_visits} kept visits.",
            "New clients. Planned endings before that visit count neither way.",
            "The day on which the assignment began.",
            TOO_NEW,
            "PracticeVital’s retention, without its billable cancels; planned endings removed after S4",
        ),
        Figure(
            "churn", "New clients who leave early", "line",
            "Of these, whose care ended unplanned before {churn_visits} kept visits.",
            "New clients. Planned endings before that visit count neither way.",
            "The day on which the assignment began.",
            TOO_NEW,
            "PracticeVital’s early churn; planned endings removed after S4",
        ),
        Figure(
            "dropout", "Drop-out after each of the first visits", "bar",
            "Of these, for whom that visit was the last before an unplanned ending.",
            "New clients who, after that visit, left unplanned or came again.",
            "The day on which the assignment began.",
            NEVER_SEEN + " For each visit: who is still in care with it as the latest, and planned endings after it.",
            "Olfson 2009, Simon 2012 (first visit); not the blog figures of S4",
        ),
        Figure(
            "survival", "How long new clients stay", "step",
            "Unplanned endings after each visit (the event).",
            "New clients at risk: who had that visit at least.",
            "The day on which the assignment began.",
            NEVER_SEEN + " Kaplan-Meier by visit number: who is still in care is censored at the latest visit. A "
            "planned ending is a competing outcome and censored too, which assumes that those clients resemble the "
            "others. Visits stand together until {smallest_group} left unplanned, and the curve ends where fewer "
            "than {smallest_group} are at risk.",
            "Kaplan-Meier; Roseborough 2015, Olfson 2009",
        ),
        Figure(
            "sessions", "Visits per client", "stack",
            "Clients whose care ended after so many kept visits.",
            "Assignments that ended in the window with at least one kept visit.",
            "The day on which the assignment ended.",
            NEVER_SEEN + " Those still in care, whose number is not final. Median and mode, never the mean alone.",
            "For comparison: the median of 20 naturalistic samples is 8.2 (PMC7490483)",
        ),
    )
}  # fmt: skip


def as_markdown(numbers: Mapping[str, int]) -> str:
    """The words and the definitions of all figures, for the docs."""
    parts = ["### The words", "", *(f"- **{term.word}:** {term.meaning}" for term in terms(numbers)), ""]
    for figure in (f.with_numbers(numbers) for f in FIGURES.values()):
        parts += [f"### {figure.title}", "", *(f"- **{label}:** {words}" for label, words in lines(figure)), ""]
    return "\n".join(parts)


def lines(figure: Figure) -> list[tuple[str, str]]:
    """The definition of a figure, line by line."""
    return [
        ("Counted", figure.numerator),
        ("Of", figure.denominator),
        ("Dated by", figure.window),
        ("Left out", figure.exclusions),
        ("Source", figure.source),
    ]


def terms(numbers: Mapping[str, int]) -> list[Term]:
    """The words, with the practice's present numbers."""
    return [Term(term.word, term.meaning.format_map(numbers)) for term in TERMS]
