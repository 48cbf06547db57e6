"""Clients of long ago, each with a record at an edge of its keeping: past its date, or not quite."""

from dataclasses import dataclass
from datetime import timedelta

from lwg_intake import dates
from lwg_intake.desk.demo import histories, people
from lwg_intake.desk.demo.book import Book

FIRST_REF = 12_101


@dataclass(frozen=True)
class Former:
    """A client who ended so many calendar months ago, and was born so many before today; 0: nobody wrote it down."""

    name: str
    shows: str
    ended: int
    born: int


FORMERS = (
    Former("Opal Longago", "Seven years and one month after the last entry: past its date", 85, 52 * 12),
    Former("Otis Longago", "Six years and eleven months: kept", 83, 52 * 12),
    Former("Junie Grownup", "Left as a child nine years ago, and is 26: past its date", 9 * 12, 26 * 12),
    Former("Jonas Grownup", "Left as a child nine years ago, and is 24: kept until 25", 9 * 12, 24 * 12),
    Former("Noel Undated", "No birth date: kept for 25 years, as if a newborn's", 9 * 12, 0),
)


def write_formers(book: Book) -> None:
    """Written last, so that they change nothing that is drawn by chance."""
    for number, former in enumerate(FORMERS, FIRST_REF):
        first, last = former.name.split()
        born = dates.months_before(book.today, former.born) if former.born else None
        ended = dates.months_before(book.today, former.ended)
        who = people.person(
            book, number, first, last, "MD", "Self-pay", born,
            language="English", preferred_name="", portal="none", email_ok=None, text_ok=None,
            guardian_name="", guardian_phone="", guardian_email="",
        )  # fmt: skip
        began = ended - timedelta(26 * 7)
        for week in (0, 2, 4, 8, 26):
            kind = "session" if week else "intake"
            book.appointment(who.ref, "CL-01", "therapy", histories.at(began + timedelta(7 * week), 10), kind, "kept")
        book.assign(who.ref, "CL-01", "therapy", began, ended)
        histories.end(book, who, book.staff["CL-01"], "therapy", ended)
