"""What is entered about a departure and on its roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q

from lwg_intake import dates
from lwg_intake.checklists.forms import DayInput
from lwg_intake.records.models import Clinician
from lwg_intake.records.rules import Service
from reassignment.models import Departure
from reassignment.rules.departures import Kind, Preference


class OpenForm(forms.Form):
    """A clinician has given notice."""

    clinician = forms.ModelChoiceField(
        Clinician.objects.none(), label="Who leaves", empty_label="Choose …",
        error_messages={"required": "Choose the clinician who leaves."},
    )  # fmt: skip
    kind = forms.ChoiceField(label="Why", choices=Kind.choices, initial=Kind.RESIGNATION, widget=forms.RadioSelect)
    notice_on = forms.DateField(
        label="Notice received on", widget=DayInput(), initial=dates.today,
        error_messages={"required": "Choose the day on which the notice was received."},
    )  # fmt: skip
    last_day = forms.DateField(
        label="Last day here", widget=DayInput(), error_messages={"required": "Choose the last day."}
    )
    back_on = forms.DateField(
        label="Back on", required=False, widget=DayInput(), help_text="Of a leave, where it is known."
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        going = Departure.objects.filter(status=Departure.Status.OPEN).values("clinician")
        self.fields["clinician"].queryset = Clinician.objects.staying().exclude(pk__in=going)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("notice_on") and data["notice_on"] > dates.today():
            self.add_error("notice_on", "This day is still to come. Choose today or an earlier day.")
        return data


class PreferenceForm(forms.Form):
    """What came of the talk with the client."""

    talked_on = forms.DateField(label="Talked on", required=False, widget=DayInput())
    preference = forms.ChoiceField(
        label="The client would like", required=False, choices=[("", "Not known yet"), *Preference.choices]
    )
    wanted = forms.ModelChoiceField(Clinician.objects.none(), label="Which clinician", required=False, empty_label="–")
    note = forms.CharField(
        label="Note", required=False, max_length=300, help_text="Short, nothing clinical: evenings, a woman, by video …"
    )

    def __init__(self, *args: Any, departure: Departure, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        here = Clinician.objects.staying().filter(Q(leaving_on__isnull=True)).exclude(pk=departure.clinician_id)
        self.fields["wanted"].queryset = here  # type: ignore[attr-defined]
        self.fields["talked_on"].widget.attrs["max"] = dates.today().isoformat()

    def clinicians(self) -> list[tuple[int, str, bool]]:
        """Who can be chosen, and whether they are. The page draws them: a widget takes a template for each option."""
        chosen = str(self["wanted"].value() or "")
        here = self.fields["wanted"].queryset.only("first_name", "last_name", "credentials")  # type: ignore[attr-defined]
        return [(c.pk, str(c), str(c.pk) == chosen) for c in here]


class MailForm(forms.Form):
    """The e-mail to the clients."""

    options = forms.CharField(
        label="What the clients can choose", widget=forms.Textarea(attrs={"rows": 5}), max_length=2000,
        error_messages={"required": "Write down what the clients can choose."},
    )  # fmt: skip
    reply_by_on = forms.DateField(
        label="Answer by", widget=DayInput(), error_messages={"required": "Choose the day to answer by."}
    )


class AddForm(forms.Form):
    """A client whom the record does not show on the roster."""

    client_ref = forms.CharField(
        label="Record number", max_length=40, error_messages={"required": "Type the client's record number."}
    )
    service = forms.ChoiceField(label="Service", required=False, choices=[("", "Any"), *Service.choices])
