"""What is entered in the steps that a reassignment has alone."""

from __future__ import annotations

from typing import Any

from django import forms

from lwg_intake.checklists.forms import DayInput, StepForm
from lwg_intake.placement import forms as placement
from lwg_intake.placement.fields import PhoneField
from lwg_intake.placement.forms import text
from lwg_intake.records.rules import Channel, Service
from reassignment.facts import Request
from reassignment.rules.words import Initiator, Reason


class StartForm(forms.Form):
    """Which clinician is left, which service is wanted, and why."""

    assignment = forms.ChoiceField(
        label="Who is left", choices=(), widget=forms.RadioSelect, error_messages={"required": "Choose one."}
    )
    service = forms.ChoiceField(
        label="Which service the client wants with somebody else",
        choices=[choice for choice in Service.choices if choice[0] != Service.OMHC],
    )
    reason = forms.ChoiceField(
        label="Why", choices=Reason.choices, widget=forms.RadioSelect, error_messages={"required": "Choose a reason."}
    )
    because = forms.CharField(
        label="In the client's words", required=False, max_length=500, widget=text(), help_text="Not clinical."
    )
    channel = forms.ChoiceField(label="How the client asked", choices=Channel.choices, initial=Channel.PHONE)

    def __init__(self, *args: Any, assignments: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["assignment"].choices = assignments  # type: ignore[attr-defined]


class ReasonForm(StepForm):
    reason = forms.ChoiceField(
        label="Why the client changes",
        choices=Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose a reason."},
    )
    clarified = forms.CharField(
        label="What the client is looking for",
        max_length=1000,
        widget=text(3),
        help_text="The answer to the question above, in the client's words. Not clinical.",
        error_messages={"required": "Ask the question above, and write what the client answered."},
    )
    preference = forms.CharField(label="A certain clinician, or anyone who fits", required=False, max_length=300)

    @classmethod
    def from_record(cls, facts: Request) -> dict[str, Any]:
        # Only what a clinician wrote may be an answer to the clarifying question already.
        answered = facts.because if facts.initiator == Initiator.CLINICIAN else ""
        said = {"reason": facts.reason or None, "clarified": answered, "preference": facts.preference}
        return said | dict(facts.known.get("reason", {}))


class ContactForm(StepForm):
    """S1 asks for phone and e-mail only."""

    phone = PhoneField(label="Phone", max_length=40)
    email = forms.EmailField(label="E-mail", max_length=254)

    @classmethod
    def from_record(cls, facts: Request) -> dict[str, Any]:
        return {name: facts.demographics.get(name, "") for name in ("phone", "email")}


class InsuranceForm(placement.InsuranceForm):
    """The same insurance as in a return, asked of a client who is here."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["changed"].label = "Has it changed?"

    @classmethod
    def from_record(cls, facts: Any) -> dict[str, Any]:
        changed = {"changed": "yes"} if facts.why == Reason.INSURANCE else {}
        return super().from_record(facts) | changed


class BalanceForm(placement.BalanceForm):
    """Whether a balance holds anything up here is the practice's choice: the tick does not say so."""

    told = forms.BooleanField(label="The client knows about the balance", required=False)


class NewFormsForm(StepForm):
    sent = forms.MultipleChoiceField(
        label="Sent for the new clinician",
        choices=(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Send the forms in TherapyNotes, then tick them here."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["sent"].choices = [(kind, kind) for kind in self.facts.old_forms]  # type: ignore[attr-defined]


class FirstVisitForm(StepForm):
    how = forms.ChoiceField(
        label="How the visit went",
        choices=(("kept", "The client came"), ("missed", "It did not take place: book again")),
        widget=forms.RadioSelect,
        error_messages={"required": "Say how the visit went."},
    )
    on = forms.DateField(label="Day", widget=DayInput(), error_messages={"required": "Enter the day of the visit."})

    @classmethod
    def from_record(cls, facts: Request) -> dict[str, Any]:
        if facts.kept_on:
            return {"how": "kept", "on": facts.kept_on}
        return {"on": facts.visit_on if facts.visit_on and facts.visit_on <= facts.today else None}

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day > self.facts.today:
            raise forms.ValidationError("This day has not come yet. Come back when the visit has been.")
        started = self.facts.said("assignment", "started_on")
        if started and str(day) < str(started):
            raise forms.ValidationError(f"The new clinician was assigned on {started}. Enter a visit since then.")
        return day


class NoteForm(placement.NoteForm):
    reason_said = "Reassignment"


class DeclineForm(forms.Form):
    """Why a clinician's request is put aside."""

    because = forms.CharField(
        label="Why", max_length=300, widget=text(), error_messages={"required": "Say why, for whoever asked."}
    )
