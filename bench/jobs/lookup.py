"""Finding a client among all: the whole request of one who types, against its statements alone."""

from __future__ import annotations

import random
import re
from functools import partial
from typing import Any
from urllib.parse import urlencode

from django.test import Client as Browser
from django.urls import reverse

from bench.job import Contest, Job, Sizes
from bench.names import Person, people
from bench.replay import Statement, rehearsed, replay
from lwg_intake.access.models import User

FORM = "application/x-www-form-urlencoded"
_FOUND = re.compile(rb'href="/clients/(\d+)/"')


def _slip(draw: random.Random, word: str) -> str:
    """One letter lost, doubled, changed or swapped with the next."""
    at = draw.randrange(max(1, len(word) - 1))
    return draw.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + word[at] + word[at:],
            word[:at] + draw.choice("aeiounrst") + word[at + 1 :],
            word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
        )
    )


def _texts(draw: random.Random, person: Person) -> list[str]:
    """What callers say of one client, each kind as often as the next."""
    first, last, dob, phone = person.first_name, person.last_name, person.dob, person.phone
    return [
        # names
        last,
        f"{first} {last}",
        f"{last}, {first}",
        f"{first[:3]} {last[:3]}",
        last[:4],
        # slips
        _slip(draw, last),
        f"{first} {_slip(draw, last)}",
        f"{_slip(draw, first)} {last}",
        f"{_slip(draw, first)} {_slip(draw, last)}",
        # telephone numbers
        phone,
        phone[-4:],
        re.sub(r"\D", "", phone)[3:],
        f"{last} {phone[-4:]}",
        # dates of birth
        f"{dob.month}/{dob.day}/{dob.year}",
        f"{last} {dob:%m/%d/%y}",
        f"{dob:%B} {dob.day} {dob.year}",
        dob.isoformat(),
        # the rest
        person.ref,
        person.email,
    ]


def queries(sizes: Sizes, seed: int = 7) -> list[str]:
    """Realistic texts about clients that exist, always the same ones."""
    draw = random.Random(seed)
    known = draw.choices(people(sizes.clients), k=sizes.items)
    return [texts[n % len(texts)] for n, texts in enumerate(_texts(draw, person) for person in known)]


def prepare(sizes: Sizes) -> Contest:
    """A CSR who is signed in types; the floor sends what her request sent, and reads all the rows."""
    browser = Browser()
    browser.force_login(User.objects.get(email="csr@example.com"))
    address = reverse("search")
    written: dict[str, list[Statement]] = {}

    def type_in(text: str) -> list[int]:
        answer = browser.post(address, urlencode({"text": text}), content_type=FORM, headers={"HX-Request": "true"})
        assert answer.status_code == 200, answer.status_code
        return [int(number) for number in _FOUND.findall(answer.content)]

    def send(text: str) -> list[int]:
        return _last_found(written[text], replay(written[text]))

    texts = queries(sizes)
    for text in texts:
        written[text] = rehearsed(partial(type_in, text))
    return Contest(texts, type_in, send)


def _last_found(statements: list[Statement], answers: list[list[tuple[Any, ...]]]) -> list[int]:
    """The clients of the last statement that searched."""
    rows = [a for s, a in zip(statements, answers, strict=True) if "records_searchkey" in s.sql]
    return [row[0] for row in rows[-1]]


JOB = Job(
    name="look-up",
    figure="POST /search/ as one types: signed-in CSR, all middleware, audit row, rendered list",
    floor="the same statements through psycopg",
    aim=1.5,
    prepare=prepare,
)
