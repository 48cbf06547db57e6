"""Django's `{% url %}`, but asked once for each page and number: a case's page names twenty addresses."""

from functools import lru_cache
from typing import Any

from django import template
from django.urls import reverse

register = template.Library()


@register.simple_tag
def url(page: str, *numbers: Any) -> str:
    """The address of a page. Raises NoReverseMatch for one that does not exist."""
    return _address(page, numbers)


# As many as a few hundred open cases have. `typed`, since 1 and True are one key otherwise.
@lru_cache(maxsize=8192, typed=True)
def _address(page: str, numbers: tuple[Any, ...]) -> str:
    return reverse(page, args=numbers)
