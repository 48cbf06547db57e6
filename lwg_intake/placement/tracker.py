"""What both trackers are made of: columns, and the table as a page shows it or a file holds it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import conditional_escape, escape
from django.utils.safestring import mark_safe

from lwg_intake import dates
from lwg_intake.audit.record import record
from lwg_intake.checklists.forms import in_order
from lwg_intake.checklists.models import Case, SavedView
from lwg_intake.checklists.pages import page_of
from lwg_intake.errors import NotThere, Refusal
from lwg_intake.files import as_csv, as_xlsx

CONTENT = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Column:
    """One column. `sort` is the field to order by, empty where there is none; `wide` columns stand in files only.

    The one that `leads` is the way to the case.
    """

    label: str
    text: Callable[[Any], str]
    sort: str = ""
    wide: bool = False
    leads: bool = False

    def cell(self, row: Any) -> str:
        """What the page shows in it, as markup."""
        text = conditional_escape(self.text(row))
        return f'<a href="{reverse("case", args=[row.case_id])}">{text}</a>' if self.leads else text


def day(name: str) -> Callable[[Any], str]:
    return lambda row: value.isoformat() if (value := getattr(row, name)) else ""


def label(name: str) -> Callable[[Any], str]:
    return lambda row: getattr(row, f"get_{name}_display")() if getattr(row, name) else ""


def yes(name: str) -> Callable[[Any], str]:
    return lambda row: {True: "yes", False: "no", None: ""}[getattr(row, name)]


def moment(name: str) -> Callable[[Any], str]:
    def text(row: Any) -> str:
        at = getattr(row, name)
        return f"{dates.local(at):%Y-%m-%d %H:%M}" if at else ""

    return text


class AskedForm(forms.Form):
    """The filters of a tracker. The days between which was asked come in order, or neither of them counts."""

    is_backwards = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        begin, end = given.get("asked_from"), given.get("asked_to")
        self.is_backwards = bool(begin and end and end < begin)
        in_order(self, "asked_from", "asked_to")
        if self.is_backwards:
            given.pop("asked_from")
        return given

    @property
    def unread(self) -> list[str]:
        """The filters that are not understood, by name: nothing is narrowed by them."""
        known = {"asked_to"} if self.is_backwards else set()
        return [WORDS.get(name, str(self.fields[name].label)) for name in self.errors if name not in known]


# The filters whose label says nothing alone.
WORDS = {"asked_from": "the first day", "asked_to": "the last day", "sort": "the order"}


# Who asks for what: the first columns of both trackers.
ASKED = (
    Column("Asked on", day("asked_on"), "asked_on"),
    Column("Client", lambda r: str(r.case.client), "case__client__last_name", leads=True),
    Column("Record no.", lambda r: r.case.client.ref, "case__client__ref"),
    Column("Service", label("service"), "service", wide=True),
    Column("Status", label("stage"), "stage"),
    Column("CSR", lambda r: str(r.case.opened_by), "case__opened_by__last_name"),
)
# What is settled before a clinician is sought, in both.
SETTLED = (
    Column("Insurance active", yes("insurance_active"), wide=True),
    Column("Insurance changed", yes("insurance_changed"), wide=True),
    Column("Billing settings updated", day("billing_updated_on"), wide=True),
    Column("Balance", lambda r: "" if r.balance is None else str(r.balance), wide=True),
    Column("Balance checked", day("balance_cleared_on"), wide=True),
    Column("Portal", day("portal_on"), wide=True),
    Column("Documents complete", day("documents_on"), wide=True),
    Column("OMHC", day("omhc_on"), wide=True),
    Column("Last intake", day("last_intake_on"), wide=True),
)


def cells(columns: Sequence[Column], found: Iterable[Any]) -> Iterator[list[str]]:
    """The tracker as lines of text, the header first."""
    yield [column.label for column in columns]
    for row in found:
        yield [column.text(row) for column in columns]


def last_look(columns: Sequence[Column], rows: Callable[[], QuerySet[Any]]) -> Callable[..., dict[str, Any]]:
    """What the tracker's step shows: the case's row as column and value."""

    def context(case: Case, facts: Any, fields: Any) -> dict[str, Any]:
        row = rows().get(case=case)
        return {"cells": [(column.label, column.text(row)) for column in columns]}

    return context


def page(request: HttpRequest, columns: Sequence[Column], found: Any, full: QuerySet[Any]) -> dict[str, Any]:
    """The filtered tracker as a page shows it: one page of rows out of `full`, and a header that sorts."""
    rows = page_of(found.qs, request.GET.get("page"), full)
    asked = request.GET.copy()
    asked.pop("page", None)
    narrow = [column for column in columns if not column.wide]
    now = request.GET.get("sort", "-asked_on")
    head = []
    for column in narrow:
        turned = asked.copy()
        turned["sort"] = f"-{column.sort}" if now == column.sort else column.sort
        direction = {column.sort: "ascending", f"-{column.sort}": "descending"}.get(now, "") if column.sort else ""
        head.append((column.label, turned.urlencode() if column.sort else "", direction))
    starts = [f'<td data-label="{escape(column.label)}">' for column in narrow]
    # Not a loop in the template: with seven hundred cells, that took a fifth of the whole request.
    table = [
        mark_safe("".join(f"{start}{column.cell(row)}</td>" for start, column in zip(starts, narrow, strict=True)))
        for row in rows
    ]
    here = request.resolver_match.url_name if request.resolver_match else ""
    shown = [row.case.client_id for row in rows]
    record("tracker.opened", by=request.user, tracker=here, clients=len(shown), shown=shown)
    return {
        "filter": found, "page": rows, "head": head, "table": table, "asked": asked.urlencode(), "tracker": here,
        "stages": len(found.form.cleaned_data.get("stage") or ()),
        "views": SavedView.objects.filter(by=request.user.pk, tracker=here),
    }  # fmt: skip


def file(request: HttpRequest, kind: str, title: str, columns: Sequence[Column], found: Any) -> HttpResponse:
    """The filtered tracker as a file, all columns; that it was taken out is on record.

    Raises NotThere for another kind than csv and xlsx, Refusal for a wrong filter.
    """
    if kind not in CONTENT:
        raise NotThere("The tracker comes as csv or xlsx.")
    if not found.is_valid():
        raise Refusal(
            "One of the filters is not understood, and a file of everything would mislead. Correct the filters."
        )
    name = title.lower().replace(" ", "-")
    shown = list(found.qs.values_list("case__client_id", flat=True))
    record("tracker.exported", by=request.user, kind=kind, tracker=name, rows=len(shown), shown=sorted(set(shown)))
    lines = cells(columns, found.qs.iterator(2000))
    response = HttpResponse(as_csv(lines) if kind == "csv" else as_xlsx(lines, title), content_type=CONTENT[kind])
    response["Content-Disposition"] = f'attachment; filename="{name}-{dates.today()}.{kind}"'
    return response
