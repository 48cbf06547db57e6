"""What is entered for the backfill list."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from caseload.backfill.rules import parse
from lwg_intake.checklists.forms import DayInput, TimeInput
from lwg_intake.records.models import Assignment, Clinician

UNDERSTOOD = "Write a day, a time, or both: Tue; Wed 10:00; Thu 3-6 PM; Fri mornings; after 5 PM."


class EntryForm(forms.Form):
    """A client who would come sooner, with one of their open assignments."""

    assignment = forms.ModelChoiceField(
        Assignment.objects.none(), label="For", empty_label=None,
        error_messages={"required": "Choose the clinician to see sooner."},
    )  # fmt: skip
    times = forms.CharField(label="Days and times they can come", required=False, max_length=300, help_text=UNDERSTOOD)

    def __init__(self, *args: Any, assignments: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["assignment"].queryset = assignments  # type: ignore[attr-defined]

    def clean_times(self) -> list[str]:
        times = [" ".join(part.split()) for part in re.split(r"[;,\n]", self.cleaned_data["times"]) if part.strip()]
        for text in times:
            try:
                parse(text)
            except ValueError:
                raise forms.ValidationError(f"“{text}” is not understood.") from None
        if len(times) > 12:
            raise forms.ValidationError("Twelve times at most. Leave the field empty for somebody who can always come.")
        return times


class PlaceForm(forms.Form):
    """A place that came free, entered by hand."""

    clinician = forms.ModelChoiceField(
        Clinician.objects.none(), label="Clinician", error_messages={"required": "Choose the clinician."}
    )
    on = forms.DateField(label="Day", widget=DayInput(), error_messages={"required": "Choose the day."})
    time = forms.TimeField(label="Time", widget=TimeInput(), error_messages={"required": "Enter the time."})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.fields["clinician"].queryset = Clinician.objects.staying()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("on") and data.get("time"):
            data["starts_at"] = timezone.make_aware(datetime.combine(data["on"], data["time"]))
            if not timezone.now() < data["starts_at"] <= timezone.now() + timedelta(days=90):
                self.add_error("on", "Choose a day and time ahead, within 90 days.")
        return data
