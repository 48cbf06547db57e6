from typing import Any

from crispy_forms.helper import FormHelper
from django import forms

from lwg_intake.checklists.models import Question


def whole(text: Any) -> int | None:
    """A whole number out of a request, or None for anything else: other alphabets' digits, or more than can be kept."""
    found = str(text)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= 18 else None


def in_order(form: forms.Form, first: str, last: str) -> None:
    """Says at the last of two days where it is before the first."""
    begin, end = form.cleaned_data.get(first), form.cleaned_data.get(last)
    if begin and end and end < begin:
        form.add_error(last, "This day is before the first. Give them in order.")


class DayInput(forms.DateInput):
    """The browser's own date picker; Django's default would show a plain text field."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class TimeInput(forms.TimeInput):
    input_type = "time"

    def __init__(self) -> None:
        super().__init__(format="%H:%M")


class StepForm(forms.Form):
    """The fields of one step. It knows the facts, so that what the record already shows stands in it."""

    def __init__(self, *args: Any, facts: Any, **kwargs: Any) -> None:
        self.facts = facts
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @classmethod
    def from_record(cls, facts: Any) -> dict[str, Any]:
        """What the record already says, to stand in the fields."""
        return {}


class QuestionForm(forms.Form):
    """A question from a step. It goes with the step's own form, so that no button of the two loses what was typed."""

    to = forms.ChoiceField(
        label="Ask",
        choices=Question.To.choices,
        widget=forms.RadioSelect(attrs={"form": "step-form"}),
        error_messages={"required": "Choose whom to ask."},
    )
    question = forms.CharField(
        label="Question",
        widget=forms.Textarea(attrs={"rows": 2, "form": "step-form"}),
        error_messages={"required": "Write the question first."},
    )


class AnswerForm(forms.Form):
    answer = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 2}), error_messages={"required": "Write the answer first."}
    )


class LeaveForm(forms.Form):
    """A way out of a case, with its reason."""

    way = forms.ChoiceField(label="What happened", choices=(), error_messages={"required": "Choose what happened."})
    because = forms.CharField(
        label="Why", max_length=500, widget=forms.Textarea(attrs={"rows": 2}), error_messages={"required": "Say why."}
    )

    def __init__(self, *args: Any, ways: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["way"].choices = [("", "Choose …"), *ways]  # type: ignore[attr-defined]
