from typing import Any

from django import forms

from lwg_intake.checklists.forms import DayInput, in_order
from lwg_intake.desk.trail import Asked, people
from lwg_intake.desk.verbs import Kind
from lwg_intake.records.models import Client
from lwg_intake.records.search import by_ref

ANYTHING = ("", "Anything")
FARTHEST_YEAR = 9999


class OwnTrailForm(forms.Form):
    """Which part of a trail to show."""

    first_on = forms.DateField(label="From", required=False, widget=DayInput)
    last_on = forms.DateField(label="Until", required=False, widget=DayInput)
    kind = forms.ChoiceField(label="What", required=False, choices=[ANYTHING, *Kind.choices])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        in_order(self, "first_on", "last_on")
        for name in ("first_on", "last_on"):
            if name in given and given[name] and given[name].year >= FARTHEST_YEAR:
                self.add_error(name, "Give a year that people live to see.")
        return given

    @property
    def asked(self) -> Asked:
        return Asked(**self.cleaned_data)


class TrailForm(OwnTrailForm):
    """As a manager asks. The record number is typed into the request's body; addresses carry the row's own number."""

    client = forms.CharField(
        label="Record number", required=False, max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    person = forms.TypedChoiceField(label="Who", required=False, coerce=int, empty_value=None)
    field_order = ("client", "person", "first_on", "last_on", "kind")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = [("", "Anybody"), *people()]  # type: ignore[attr-defined]

    def clean_client(self) -> int | None:
        ref = self.cleaned_data["client"].strip()
        if not ref:
            return None
        found = by_ref(ref, Client.objects.all())
        if found is None:
            raise forms.ValidationError(
                "No client has this record number. Find them by name above: their page leads here."
            )
        return found.pk
