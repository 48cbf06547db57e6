"""What is entered in a closing, and what a clinician answers to a suggestion."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms

from caseload import drafts, rules
from caseload.facts import Closing
from caseload.rules import Answer
from lwg_intake import dates
from lwg_intake.checklists.forms import DayInput, StepForm
from lwg_intake.records.rules import Category

YES_NO = (("yes", "Yes"), ("no", "No"))


def text(rows: int = 2) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class VisitsForm(StepForm):
    cancelled = forms.BooleanField(label="The visits ahead are cancelled in TherapyNotes", required=False)


class LastSessionForm(StepForm):
    last_session = forms.ChoiceField(
        label="One last session was offered",
        choices=(
            ("held", "Held, or the client declined"),
            ("unreached", "The client could not be reached"),
            ("no", "Not fitting here"),
        ),
        widget=forms.RadioSelect,
        error_messages={"required": "Say what came of it."},
    )


class ReassignForm(StepForm):
    wish = forms.ChoiceField(
        label="Would the client go on with another clinician?",
        choices=(("no", "No"), ("unknown", "The client could not be asked"), ("yes", "Yes")),
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the client would go on with somebody else."},
    )


class AttemptsForm(StepForm):
    seen = forms.BooleanField(
        label="I looked at the attempts on record",
        error_messages={"required": "Look at the attempts beside, then tick this box."},
    )


class ConsultForm(StepForm):
    agrees = forms.ChoiceField(label="Do you agree?", choices=YES_NO, widget=forms.RadioSelect)
    words = forms.CharField(label="Why", required=False, max_length=300)


class SummaryForm(StepForm):
    with_client = forms.ChoiceField(
        label="Was the summary talked over with the client?",
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the client was part of it."},
    )
    reasoning = forms.CharField(
        label="If not: why, and what was tried", required=False, max_length=1000, widget=text(2)
    )
    text = forms.CharField(label="Discharge summary", widget=text(9), max_length=8000)

    @classmethod
    def from_record(cls, facts: Closing) -> dict[str, Any]:
        return {"reasoning": drafts.reasoning(facts), "text": drafts.summary(facts)}


class EndingForm(StepForm):
    category = forms.ChoiceField(label="Category", choices=Category.choices, widget=forms.RadioSelect)
    ground = forms.CharField(label="Ground, in a few words", max_length=120)
    ended_on = forms.DateField(label="Ends on", widget=DayInput())

    @classmethod
    def from_record(cls, facts: Closing) -> dict[str, Any]:
        return {
            "category": rules.suggested_category(facts),
            "ground": drafts.grounds_in_words(facts).capitalize()[:120],
            "ended_on": facts.today,
        }

    def clean_ended_on(self) -> Any:
        day = self.cleaned_data["ended_on"]
        if not self.facts.started_on <= day <= self.facts.today:
            raise forms.ValidationError(
                f"Choose a day from {self.facts.started_on:%b %-d, %Y} (when it began) to today: "
                f"{self.facts.today:%b %-d, %Y}."
            )
        return day


class HeardForm(StepForm):
    """A step that a word of the client stops, unless somebody says why it goes on."""

    heard = forms.CharField(
        label="The client was in contact since. Why end the service nonetheless?", required=False, max_length=500
    )

    def __init__(self, *args: Any, facts: Closing, **kwargs: Any) -> None:
        super().__init__(*args, facts=facts, **kwargs)
        if not facts.rang_back:
            del self.fields["heard"]


class LetterForm(HeardForm):
    how = forms.ChoiceField(
        label="How the letter goes out",
        choices=(("email", "By e-mail, now"), ("portal", "I send it through the portal"), ("post", "By post")),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how the letter goes out."},
    )
    referrals = forms.CharField(label="Referrals, one on a line, three at least", widget=text(4), max_length=1000)

    @classmethod
    def from_record(cls, facts: Closing) -> dict[str, Any]:
        how = "email" if facts.email else "portal"
        return {"how": how, "referrals": "\n".join(drafts.REFERRALS)}

    def clean_referrals(self) -> str:
        lines = [line.strip() for line in self.cleaned_data["referrals"].splitlines() if line.strip()]
        if len(lines) < 3:
            raise forms.ValidationError("Name three referrals at least, each on its own line.")
        return "\n".join(lines)

    def clean_how(self) -> str:
        how = self.cleaned_data["how"]
        if how == "email" and not self.facts.email:
            raise forms.ValidationError(f"{self.facts.email_not} Or send it through the portal or by post.")
        return how


class NoteForm(HeardForm):
    note = forms.CharField(label="Termination Note", widget=text(10), max_length=10000)
    pasted = forms.BooleanField(
        label="The Termination Note is signed in TherapyNotes",
        error_messages={"required": "Paste and sign the note in TherapyNotes first, then tick this box."},
    )

    @classmethod
    def from_record(cls, facts: Closing) -> dict[str, Any]:
        return {"note": drafts.termination_note(facts)}


class AnswerForm(forms.Form):
    """One answer to one or more suggestions."""

    answer = forms.ChoiceField(choices=Answer.choices, error_messages={"required": "Choose an answer."})
    text = forms.ChoiceField(
        label="Letter", required=False, choices=(("T22", "Schedule by the date"), ("T21", "Still interested?"))
    )
    because = forms.CharField(label="Because", required=False, max_length=500)
    on = forms.DateField(label="Date", required=False, widget=DayInput())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        answer, today = data.get("answer"), dates.today()
        data["text"] = data.get("text") or "T22"
        if answer in (Answer.KEEP, Answer.REASSIGN) and not data.get("because"):
            self.add_error("because", "Say why, for whoever asks again.")
        if answer in (Answer.KEEP, Answer.LETTER) and not self.has_error("on"):
            if not data.get("on"):
                self.add_error("on", "Choose a date.")
            elif not today < data["on"] <= today + timedelta(days=366):
                self.add_error("on", "Choose a date after today, within a year.")
        return data
