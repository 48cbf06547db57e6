"""The practice's message texts: one file each in texts/, the subject on its first line."""

from dataclasses import dataclass
from pathlib import Path
from string import Template

from django.conf import settings

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Text:
    """A message ready to go."""

    template: str
    subject: str
    body: str


def render(template: str, **variables: str) -> Text:
    """Fill a text. Raises KeyError for a variable that is not given, and FileNotFoundError for an unknown text."""
    subject, _, body = (FOLDER / f"{template}.txt").read_text("utf-8").partition("\n\n")
    values = {"practice_name": settings.PRACTICE_NAME, "practice_phone": settings.PRACTICE_PHONE, **variables}
    # A line break in a subject would let a value write a header of its own.
    return Text(template, " ".join(Template(subject).substitute(values).split()), Template(body).substitute(values))
