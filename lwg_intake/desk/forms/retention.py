from typing import Any

from django import forms

from lwg_intake.records.models import RecordDecision


class HoldForm(forms.Form):
    """A legal hold that is set: always with its reason."""

    because = forms.CharField(
        label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why: who asked for it, and for which matter."},
    )  # fmt: skip


class LiftForm(HoldForm):
    """A legal hold that is lifted: with its reason as well."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["because"].error_messages["required"] = "Say why the hold is lifted, and who said that it may be."


class DecisionForm(forms.Form):
    """What becomes of a record past its date."""

    outcome = forms.ChoiceField(
        label="The record is", choices=RecordDecision.Outcome.choices, widget=forms.RadioSelect,
        error_messages={"required": "Choose what becomes of the record."},
    )  # fmt: skip
    because = forms.CharField(
        label="Because", max_length=500, widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Say why, or to whom it went."},
    )  # fmt: skip
