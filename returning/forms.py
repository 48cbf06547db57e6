"""What is entered in the steps of a return."""

from __future__ import annotations

from typing import Any

from django import forms

from lwg_intake.checklists.forms import DayInput, StepForm
from lwg_intake.placement import forms as placement
from lwg_intake.placement.forms import text
from lwg_intake.records.rules import Category, Channel, Service
from returning import rules
from returning.facts import Facts


class StartForm(forms.Form):
    """What a return is for, and how the client asked."""

    service = forms.ChoiceField(
        label="Which service",
        choices=[choice for choice in Service.choices if choice[0] != Service.OMHC],
        initial=Service.THERAPY,
    )
    channel = forms.ChoiceField(label="How the client asked", choices=Channel.choices, initial=Channel.PHONE)


class EndingForm(StepForm):
    category = forms.ChoiceField(
        label="How the last episode ended",
        choices=Category.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the last episode ended."},
    )
    severe = forms.BooleanField(
        label="The no-shows are severe: a manager decides", required=False, help_text="Category A only."
    )
    summary = forms.CharField(
        label="What the record says, in a line",
        required=False,
        max_length=300,
        help_text="No clinical detail: this line goes into the interaction note.",
    )

    @classmethod
    def from_record(cls, facts: Facts) -> dict[str, Any]:
        ending = rules.last_ending(facts)
        return {"category": ending.category, "summary": ending.ground} if ending else {}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("severe") and data.get("category") not in (None, Category.A):
            self.add_error("severe", "Only no-shows (category A) can be marked as severe. Untick this box.")
        return data


class CommitmentForm(StepForm):
    committed_on = forms.DateField(label="Committed on", widget=DayInput())
    how = forms.ChoiceField(label="How", choices=Channel.choices)
    words = forms.CharField(label="What the client committed to", max_length=300, widget=text())

    @classmethod
    def from_record(cls, facts: Facts) -> dict[str, Any]:
        return {
            "committed_on": facts.today,
            "how": Channel.PHONE,
            "words": "To attend every visit, or cancel at least 24 hours before.",
        }

    def clean_committed_on(self) -> Any:
        day = self.cleaned_data["committed_on"]
        if day > self.facts.today:
            raise forms.ValidationError("This day has not come yet. Enter the day on which the client committed.")
        return day


class DecisionForm(StepForm):
    decision = forms.ChoiceField(
        label="Decision",
        choices=(
            ("accept", "The client may return"),
            ("conditions", "The client may return, with conditions"),
            ("refuse", "The client cannot return: refer out"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a decision."},
    )
    conditions = forms.CharField(label="Conditions", required=False, widget=text(), max_length=500)
    because = forms.CharField(
        label="Why",
        widget=text(),
        max_length=500,
        help_text="Non-clinical. The CSR sees it.",
        error_messages={"required": "Say why, for whoever reads this later."},
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("decision") == "conditions" and not data.get("conditions"):
            self.add_error("conditions", "Write the conditions, or choose a plain yes.")
        return data


class ReferralForm(StepForm):
    psychology_today = forms.BooleanField(
        label="Psychology Today's directory was named",
        error_messages={"required": "Name the directory, then tick this box."},
    )
    crisis_line = forms.BooleanField(
        label="The 988 crisis line was named", error_messages={"required": "Name the crisis line, then tick this box."}
    )
    how = forms.ChoiceField(label="How the client was told", choices=Channel.choices)


class NoteForm(placement.NoteForm):
    reason_said = "Return request"
