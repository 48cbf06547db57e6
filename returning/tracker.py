"""The Returning Client Tracker: its columns, its filters, and the table as a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import OuterRef, Subquery

from lwg_intake import dates
from lwg_intake.access.models import User
from lwg_intake.checklists.forms import DayInput
from lwg_intake.records.models import Removal
from lwg_intake.records.rules import Category, Service
from returning.models import Return


@dataclass(frozen=True)
class Column:
    """One column. `sort` is the field to order by, empty where there is none; `wide` columns stand in files only."""

    label: str
    text: Callable[[Any], str]
    sort: str = ""
    wide: bool = False


def _day(name: str) -> Callable[[Any], str]:
    return lambda row: day.isoformat() if (day := getattr(row, name)) else ""


def _label(name: str) -> Callable[[Any], str]:
    return lambda row: getattr(row, f"get_{name}_display")() if getattr(row, name) else ""


def _yes(name: str) -> Callable[[Any], str]:
    return lambda row: {True: "yes", False: "no", None: ""}[getattr(row, name)]


def _moment(name: str) -> Callable[[Any], str]:
    def text(row: Any) -> str:
        at = getattr(row, name)
        return f"{dates.local(at):%Y-%m-%d %H:%M}" if at else ""

    return text


COLUMNS = (
    Column("Asked on", _day("asked_on"), "asked_on"),
    Column("Client", lambda r: str(r.case.client), "case__client__last_name"),
    Column("Record no.", lambda r: r.case.client.ref, "case__client__ref"),
    Column("Service", _label("service"), "service", wide=True),
    Column("Status", _label("stage"), "stage"),
    Column("CSR", lambda r: str(r.case.opened_by), "case__opened_by__last_name"),
    Column("Channel", _label("channel"), wide=True),
    Column("Earlier ending", _day("ended_on"), "ended_on", wide=True),
    Column("Earlier clinician", lambda r: str(r.old_clinician or ""), wide=True),
    Column("Category", lambda r: r.category if r.category != Category.NONE else "other", "category"),
    Column("Eligibility", _label("eligibility"), "eligibility"),
    Column("Decided by", lambda r: str(r.decided_by or ""), wide=True),
    Column("Decided at", _moment("decided_at"), wide=True),
    Column("Conditions", lambda r: r.conditions, wide=True),
    Column("Attendance commitment", _day("committed_on"), wide=True),
    Column("Demographics confirmed", _day("demographics_on"), wide=True),
    Column("Insurance active", _yes("insurance_active"), wide=True),
    Column("Insurance changed", _yes("insurance_changed"), wide=True),
    Column("Billing settings updated", _day("billing_updated_on"), wide=True),
    Column("Balance", lambda r: "" if r.balance is None else str(r.balance), wide=True),
    Column("Balance checked", _day("balance_cleared_on"), wide=True),
    Column("Portal", _day("portal_on"), wide=True),
    Column("Documents complete", _day("documents_on"), wide=True),
    Column("OMHC", _day("omhc_on"), wide=True),
    Column("Last intake", _day("last_intake_on"), wide=True),
    Column("Visit", _label("appointment_kind")),
    Column("Why", lambda r: r.kind_because, wide=True),
    Column("New clinician", lambda r: str(r.clinician or ""), "clinician__last_name"),
    Column("First visit", _moment("appointment_at"), "appointment_at"),
    Column("Modality", _label("modality"), wide=True),
    Column("Assigned on", _day("assigned_on"), wide=True),
    Column("Clinician notified", _moment("notified_at"), wide=True),
    Column("Removal asked", _moment("removal_asked_at"), wide=True),
    Column("Removal", lambda r: Removal.Status(r.removal).label if r.removal else ""),
    Column("On the tracker", _day("tracked_on"), "tracked_on", wide=True),
    Column("Interaction note", lambda r: f"no. {r.note_id}" if r.note_id else "", wide=True),
    Column("Closed because", lambda r: r.case.closed_because, wide=True),
)


def rows() -> models.QuerySet[Return]:
    """Every return with what its columns show, in one statement."""
    removal = Removal.objects.filter(client=OuterRef("case__client"), asked_at__gte=OuterRef("case__opened_at"))
    return (
        Return.objects.select_related("case__client", "case__opened_by", "old_clinician", "decided_by", "clinician")
        .annotate(removal=Subquery(removal.order_by("-asked_at").values("status")[:1]))
        .order_by("-asked_on", "-pk")
    )


class TrackerFilter(django_filters.FilterSet):
    """No name among the filters: what is searched for never stands in an address."""

    stage = django_filters.MultipleChoiceFilter(
        label="Status", choices=Return.Stage.choices, widget=forms.CheckboxSelectMultiple
    )
    category = django_filters.ChoiceFilter(label="Category", choices=Category.choices, empty_label="Any")
    eligibility = django_filters.ChoiceFilter(
        label="Eligibility", choices=Return.Eligibility.choices, empty_label="Any"
    )
    service = django_filters.ChoiceFilter(label="Service", choices=Service.choices, empty_label="Any")
    csr = django_filters.ModelChoiceFilter(
        label="CSR", field_name="case__opened_by", queryset=User.objects.all(), empty_label="Anyone"
    )
    asked_from = django_filters.DateFilter(
        label="Asked from", field_name="asked_on", lookup_expr="gte", widget=DayInput()
    )
    asked_to = django_filters.DateFilter(label="to", field_name="asked_on", lookup_expr="lte", widget=DayInput())
    sort = django_filters.OrderingFilter(fields=[(c.sort, c.sort) for c in COLUMNS if c.sort])

    class Meta:
        model = Return
        fields: tuple[str, ...] = ()

    @property
    def qs(self) -> models.QuerySet[Return]:
        """With a last word to every order, so that pages never overlap."""
        found = super().qs
        return found.order_by(*found.query.order_by, "-pk")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["csr"].field.queryset = User.objects.filter(pk__in=Return.objects.values("case__opened_by"))


def cells(found: Iterable[Return]) -> Iterable[list[str]]:
    """The tracker as lines of text, the header first."""
    yield [column.label for column in COLUMNS]
    for row in found:
        yield [column.text(row) for column in COLUMNS]
