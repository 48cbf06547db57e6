"""A page of a long table, so that the hundredth costs as little as the first."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet

PER_PAGE = 50


def page_of(found: QuerySet[Any], number: str | None, full: QuerySet[Any]) -> Page[Any]:
    """The numbered page (the first or the last where there is no such) of what was found, in its order.

    Only keys are counted and skipped; `full` brings the page's own rows with all that their columns show.
    """
    page = Paginator(found.values_list("pk", flat=True), PER_PAGE).get_page(number)
    rows = full.in_bulk(list(page.object_list))
    page.object_list = [rows[pk] for pk in page.object_list if pk in rows]
    return page
