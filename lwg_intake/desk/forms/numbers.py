from typing import Any

from django import forms

from lwg_intake import dates
from lwg_intake.policy.numbers import CENTS, Number


class DollarsField(forms.DecimalField):
    """An amount as one writes it, for a number that is kept in cents."""

    default_error_messages = dict.fromkeys(
        ("invalid", "max_digits", "max_decimal_places", "max_whole_digits"),
        "Enter dollars and cents, such as 25.00.",
    )

    def clean(self, value: Any) -> Any:
        return int(super().clean(value) * 100)


class NumberForm(forms.Form):
    """A number's new value, the day it begins to hold, and who decided it. Bounds are the number's own (policy)."""

    value = forms.IntegerField(label="New value")
    effective_on = forms.DateField(
        label="Holds from",
        initial=dates.today,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Today or a day to come; results of earlier days keep the number they used.",
    )
    note = forms.CharField(
        label="Decided by whom, and why", max_length=500,
        error_messages={"required": "Say who decided it, and why: the history keeps it."},
    )  # fmt: skip

    def __init__(self, number: Number, *args: Any, is_saving: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # To look at what a value would alter takes no reason.
        self.fields["note"].required = is_saving
        if number.choices:
            self.fields["value"] = forms.TypedChoiceField(
                label="New value", coerce=int, choices=[("", "Choose"), *number.choices.items()]
            )
        elif number.unit == CENTS:
            self.fields["value"] = DollarsField(label="New value, in dollars", max_digits=10, decimal_places=2)
        else:
            self.fields["value"].label = f"New value, in {number.unit}"
