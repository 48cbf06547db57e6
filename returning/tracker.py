"""The Returning Client Tracker: its columns and its filters."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.db import models
from django.db.models import Exists, OuterRef, Subquery

from lwg_intake.access.models import User
from lwg_intake.checklists.forms import DayInput
from lwg_intake.checklists.models import Case
from lwg_intake.placement.tracker import ASKED, SETTLED, AskedForm, Column, day, label, last_look, moment
from lwg_intake.records.models import Removal
from lwg_intake.records.rules import Category, Service
from returning.models import Return
from returning.selectors import PROCEDURE

COLUMNS = (
    *ASKED,
    Column("Channel", label("channel"), wide=True),
    Column("Earlier ending", day("ended_on"), "ended_on", wide=True),
    Column("Earlier clinician", lambda r: str(r.old_clinician or ""), wide=True),
    Column("Category", lambda r: r.category if r.category != Category.NONE else "other", "category"),
    Column("Eligibility", label("eligibility"), "eligibility"),
    Column("Decided by", lambda r: str(r.decided_by or ""), wide=True),
    Column("Decided at", moment("decided_at"), wide=True),
    Column("Conditions", lambda r: r.conditions, wide=True),
    Column("Attendance commitment", day("committed_on"), wide=True),
    Column("Demographics confirmed", day("demographics_on"), wide=True),
    *SETTLED,
    Column("Visit", label("appointment_kind")),
    Column("Why", lambda r: r.kind_because, wide=True),
    Column("New clinician", lambda r: str(r.clinician or ""), "clinician__last_name"),
    Column("First visit", moment("appointment_at"), "appointment_at"),
    Column("Modality", label("modality"), wide=True),
    Column("Assigned on", day("assigned_on"), wide=True),
    Column("Clinician notified", moment("notified_at"), wide=True),
    Column("Removal asked", moment("removal_asked_at"), wide=True),
    Column("Removal", lambda r: Removal.Status(r.removal).label if r.removal else ""),
    Column("On the tracker", day("tracked_on"), "tracked_on", wide=True),
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


own_row = last_look(COLUMNS, rows)


class TrackerFilter(django_filters.FilterSet):
    """No name among the filters: what is searched for never stands in an address."""

    stage = django_filters.MultipleChoiceFilter(
        label="Status", choices=Return.Stage.choices, widget=forms.CheckboxSelectMultiple, distinct=False
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
        form = AskedForm
        fields: tuple[str, ...] = ()

    @property
    def qs(self) -> models.QuerySet[Return]:
        """With a last word to every order, so that pages never overlap."""
        found = super().qs
        return found.order_by(*found.query.order_by, "-pk")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        theirs = Case.objects.filter(procedure=PROCEDURE, opened_by=OuterRef("pk"))
        self.filters["csr"].field.queryset = User.objects.filter(Exists(theirs))
