"""E-mail addresses on narrow cards."""

import re

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def breakable(text: str) -> SafeString:
    """The text, whose addresses may go on in a new line before their @ and dots, so that no word of them is torn."""
    return mark_safe(re.sub(r"\S+@\S+", lambda found: re.sub(r"(?=[@.])", "<wbr>", found[0]), conditional_escape(text)))
