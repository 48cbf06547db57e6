from typing import Any

from django import forms

from lwg_intake import dates
from lwg_intake.policy.numbers import Number


class NumberForm(forms.Form):
    """A number's new value, the day it begins to hold, and who decided it. Bounds are the number's own (policy)."""

    value = forms.IntegerField(label="New value")
    effective_on = forms.DateField(
        label="Holds from",
        initial=dates.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Today or a day to come; results of earlier days keep the number they used.",
    )
    note = forms.CharField(label="Decided by whom, and why", max_length=500)

    def __init__(self, number: Number, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if number.choices:
            self.fields["value"] = forms.TypedChoiceField(
                label="New value", coerce=int, choices=[("", "Choose"), *number.choices.items()]
            )
        else:
            self.fields["value"].label = f"New value, in {number.unit}"
