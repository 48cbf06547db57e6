"""The reassignment tracker: its columns and its filters."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import OuterRef, Subquery

from lwg_intake.access.models import User
from lwg_intake.checklists.forms import DayInput
from lwg_intake.placement.tracker import ASKED, SETTLED, AskedForm, Column, day, label, last_look, moment
from lwg_intake.policy.values import values
from lwg_intake.records.models import Clinician, Removal
from lwg_intake.records.rules import Service
from reassignment.models import Reassignment
from reassignment.rules.words import Initiator, Reason


def _plain(name: str) -> Callable[[Any], str]:
    """A clinician without the credentials, so that a row stays short."""

    def text(row: Any) -> str:
        clinician = getattr(row, name)
        return f"{clinician.first_name} {clinician.last_name}" if clinician else ""

    return text


def _changes(row: Any) -> str:
    return f"{row.changes} before" if row.changes else ""


COLUMNS = (
    *ASKED,
    Column("Asked for by", label("initiator"), "initiator", wide=True),
    Column("Channel", label("channel"), wide=True),
    Column("Reason", label("reason"), "reason"),
    Column("As asked", lambda r: r.because, wide=True),
    Column("Clarifying answer", lambda r: r.clarified, wide=True),
    Column("Preference", lambda r: r.preference, wide=True),
    Column("Leaves", _plain("old_clinician"), "old_clinician__last_name"),
    Column("Goes to", _plain("clinician"), "clinician__last_name"),
    Column("Changes", _changes, "changes"),
    Column("Phone and e-mail confirmed", day("demographics_on"), wide=True),
    *SETTLED,
    Column("Visit", label("appointment_kind"), wide=True),
    Column("Why", lambda r: r.kind_because, wide=True),
    Column("Next visit", moment("appointment_at"), "appointment_at"),
    Column("Modality", label("modality"), wide=True),
    Column("Waits since", moment("waits_since_at"), wide=True),
    Column("Assigned on", day("assigned_on"), wide=True),
    Column("New clinician told", moment("notified_at"), wide=True),
    Column("Previous clinician told", moment("old_notified_at"), wide=True),
    Column("New clinician's forms sent", day("new_forms_on"), wide=True),
    Column("Removal asked", moment("removal_asked_at"), wide=True),
    Column("Removal", lambda r: Removal.Status(r.removal).label if r.removal else "", wide=True),
    Column("Removal done at", moment("removal_done_at"), wide=True),
    Column("Removal done by", lambda r: r.removal_by or "", wide=True),
    Column("First visit kept", day("first_visit_on"), "first_visit_on"),
    Column("On the tracker", day("tracked_on"), wide=True),
    Column("Interaction note", lambda r: f"no. {r.note_id}" if r.note_id else "", wide=True),
    Column("Closed because", lambda r: r.case.closed_because, wide=True),
)


def rows() -> models.QuerySet[Reassignment]:
    """Every reassignment with what its columns show, in one statement."""
    removal = Removal.objects.filter(assignment=OuterRef("old_assignment")).order_by("-asked_at")
    return (
        Reassignment.objects.select_related("case__client", "case__opened_by", "old_clinician", "clinician")
        .annotate(
            removal=Subquery(removal.values("status")[:1]),
            removal_done_at=Subquery(removal.values("done_at")[:1]),
            removal_by=Subquery(removal.values("done_by__last_name")[:1]),
        )
        .order_by("-asked_on", "-pk")
    )


own_row = last_look(COLUMNS, rows)


class TrackerFilter(django_filters.FilterSet):
    """No client's name among the filters: what is searched for never stands in an address."""

    stage = django_filters.MultipleChoiceFilter(
        label="Status", choices=Reassignment.Stage.choices, widget=forms.CheckboxSelectMultiple
    )
    reason = django_filters.ChoiceFilter(label="Reason", choices=Reason.choices, empty_label="Any")
    initiator = django_filters.ChoiceFilter(label="Asked for by", choices=Initiator.choices, empty_label="Anyone")
    service = django_filters.ChoiceFilter(label="Service", choices=Service.choices, empty_label="Any")
    leaves = django_filters.ModelChoiceFilter(
        label="Leaves", field_name="old_clinician", queryset=Clinician.objects.all(), empty_label="Any"
    )
    csr = django_filters.ModelChoiceFilter(
        label="CSR", field_name="case__opened_by", queryset=User.objects.all(), empty_label="Anyone"
    )
    repeated = django_filters.BooleanFilter(label="Changed often", method="often", widget=forms.CheckboxInput)
    asked_from = django_filters.DateFilter(
        label="Asked from", field_name="asked_on", lookup_expr="gte", widget=DayInput()
    )
    asked_to = django_filters.DateFilter(label="to", field_name="asked_on", lookup_expr="lte", widget=DayInput())
    sort = django_filters.OrderingFilter(fields=[(c.sort, c.sort) for c in COLUMNS if c.sort])

    class Meta:
        model = Reassignment
        form = AskedForm
        fields: tuple[str, ...] = ()

    def often(self, found: models.QuerySet[Reassignment], name: str, wanted: bool) -> models.QuerySet[Reassignment]:
        """Only those whose change repeats too often, by the practice's number of today."""
        return found.filter(changes__gte=values()["changes_flagged"] - 1) if wanted else found

    @property
    def qs(self) -> models.QuerySet[Reassignment]:
        """With a last word to every order, so that pages never overlap."""
        found = super().qs
        return found.order_by(*found.query.order_by, "-pk")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        rows = Reassignment.objects
        self.filters["csr"].field.queryset = User.objects.filter(pk__in=rows.values("case__opened_by"))
        self.filters["leaves"].field.queryset = Clinician.objects.filter(pk__in=rows.values("old_clinician"))
