"""Django's `{% url %}`, `{% static %}` and `|date`, which a page uses some forty times, without asking anew for what
never changes: an address, a file's name, how a pattern is read."""

import re
from datetime import date as Day
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static as address_of_file
from django.urls import reverse

register = template.Library()
# Django's letters for a date, as Python's own `strftime` has them.
LETTERS = {
    "D": "%a", "l": "%A", "j": "%-d", "d": "%d", "F": "%B", "M": "%b", "m": "%m", "Y": "%Y", "g": "%-I", "i": "%M",
    "A": "%p", "c": "%Y-%m-%dT%H:%M:%S%z",
}  # fmt: skip


@register.simple_tag
def url(page: str, *numbers: Any) -> str:
    """The address of a page. Raises NoReverseMatch for one that does not exist."""
    return _address(page, numbers)


# As many as a few hundred open cases have. `typed`, since 1 and True are one key otherwise.
@lru_cache(maxsize=8192, typed=True)
def _address(page: str, numbers: tuple[Any, ...]) -> str:
    return reverse(page, args=numbers)


@register.simple_tag
@lru_cache
def static(path: str) -> str:
    """The address of a file that never changes while the program runs."""
    return address_of_file(path)


@register.filter(expects_localtime=True)
def date(value: Day | str | None, pattern: str) -> str:
    """A day or a moment in words, the moment on the practice's own clock; nothing where there is none."""
    return value.strftime(_pattern(pattern)) if isinstance(value, Day) else ""


@lru_cache
def _pattern(pattern: str) -> str:
    return re.sub(r"[A-Za-z]", lambda letter: LETTERS[letter[0]], pattern)
