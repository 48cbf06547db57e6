"""A text in the words that are in force: the newest version a manager wrote, else the practice's file."""

from dataclasses import dataclass
from pathlib import Path
from string import Template as Words

from django.conf import settings

from lwg_intake.messages.catalogue import PROGRAM, TEMPLATES, Channel
from lwg_intake.messages.models import Wording

FOLDER = Path(__file__).parent / "texts"


@dataclass(frozen=True)
class Text:
    """A message ready to go. A text or a script has no subject; version 0 is the practice's file."""

    template: str
    subject: str
    body: str
    channel: str = Channel.EMAIL
    version: int = 0


def render(
    template: str, channel: str = "", part2: bool = False, words: Wording | None = None, /, **variables: str
) -> Text:
    """Fill a text, in the words in force or in `words`; `part2` leaves out what would name a program (42 CFR Part 2).

    Raises KeyError for an unknown text, one that does not leave on this channel, or a variable that is not given.
    """
    kind = TEMPLATES[template]
    channel = channel or kind.channels[0]
    if channel not in kind.channels:
        raise KeyError(f"{template} does not leave as {channel}")
    given = {**common(), **variables}
    if missing := [name for name in kind.known(channel) if name not in given]:
        raise KeyError(f"{template} wants {', '.join(missing)}")
    if part2:
        given |= {name: plain for name, plain in PROGRAM.items() if name in given}
    return fill(words or wording(template, channel), given)


def fill(words: Wording, given: dict[str, str]) -> Text:
    """Put values into words. Raises KeyError for one that is not given."""
    # A line break in a subject would let a value write a header of its own.
    subject = " ".join(Words(words.subject).substitute(given).split())
    body = Words(words.body).substitute(given)
    return Text(words.template, subject, body, words.channel, words.version)


def common() -> dict[str, str]:
    """What the practice itself fills in, in every text."""
    return {
        "practice_name": settings.PRACTICE_NAME,
        "practice_phone": settings.PRACTICE_PHONE,
        "portal_link": settings.PORTAL_LINK,
        "crisis_line": "988",
    }


def wording(template: str, channel: str) -> Wording:
    """The words in force."""
    newest = Wording.objects.filter(template=template, channel=channel).order_by("-version").first()
    return newest or original(template, channel)


def original(template: str, channel: str) -> Wording:
    """The practice's file as version 0; an e-mail has its subject on the first line."""
    text = (FOLDER / channel / f"{template}.txt").read_text("utf-8").strip()
    subject, _, body = text.partition("\n\n") if channel == Channel.EMAIL else ("", "", text)
    return Wording(template=template, channel=channel, version=0, subject=subject, body=body)
