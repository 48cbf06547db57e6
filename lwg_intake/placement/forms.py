"""What is entered in the steps that both procedures share."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms

from lwg_intake.checklists.forms import DayInput, StepForm, TimeInput
from lwg_intake.dates import months_before
from lwg_intake.placement import rules
from lwg_intake.placement.facts import Placement
from lwg_intake.placement.fields import NamedField, PhoneField, StateField, ZipField
from lwg_intake.records.rules import AppointmentKind, Channel, Modality, PayerClass, Portal, Service

YES_NO = (("yes", "Yes"), ("no", "No"))


def text(rows: int = 2) -> forms.Textarea:
    """A field of some lines."""
    return forms.Textarea(attrs={"rows": rows})


class DemographicsForm(StepForm):
    email = forms.EmailField(label="E-mail", required=False, max_length=254)
    phone = PhoneField(label="Phone", max_length=40)
    address = NamedField(label="Address", max_length=200)
    city = NamedField(label="City", max_length=80)
    state = StateField(label="State", max_length=20, help_text="Two letters, such as MD.")
    postal_code = ZipField(label="ZIP code", max_length=12)

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        return dict(facts.demographics)


class InsuranceForm(StepForm):
    active = forms.ChoiceField(
        label="Is the insurance active today?",
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the insurance is active."},
    )
    changed = forms.ChoiceField(
        label="Has it changed since the last episode?",
        choices=YES_NO,
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the insurance has changed."},
    )
    payer = NamedField(label="Payer", max_length=120)
    payer_class = forms.ChoiceField(label="Kind of payer", choices=PayerClass.choices)
    state = StateField(label="State of the coverage", max_length=20, required=False)
    member_id = forms.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9 ./-]*$",
        label="Member ID",
        max_length=60,
        required=False,
        error_messages={"invalid": "A member ID has letters and digits only. Copy it from the card."},
    )
    billing_updated = forms.BooleanField(label="Billing settings in TherapyNotes are up to date", required=False)

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        cover = facts.cover
        if cover is None:
            return {"state": facts.demographics.get("state", "")}
        return {
            "payer": cover.payer,
            "payer_class": cover.payer_class,
            "state": cover.state or facts.demographics.get("state", ""),
            "member_id": cover.member_id,
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        cover = self.facts.cover
        if cover and data.get("changed") == "no":
            for name, was in (("payer", cover.payer), ("payer_class", cover.payer_class)):
                if data.get(name) and data[name] != was:
                    self.add_error(
                        name, f"This differs from the record ({was}). If the insurance changed, say so above."
                    )
        return data


class BalanceForm(StepForm):
    seen = forms.DecimalField(
        label="Balance that TherapyNotes shows now, in dollars",
        max_digits=10,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("invalid", "max_digits", "max_decimal_places", "max_whole_digits"),
            "Enter dollars and cents, such as 25.00.",
        ),
        help_text="Patient's Billing tab, Search Billing Transactions. Only billing can lower what is on record.",
    )
    told = forms.BooleanField(
        label="The client knows that a balance has to be settled before anything is scheduled", required=False
    )

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        return {"seen": facts.balance if facts.balance is not None else None}


class PortalForm(StepForm):
    portal = forms.ChoiceField(label="Portal access", choices=Portal.choices, widget=forms.RadioSelect)
    forms_state = forms.ChoiceField(
        label="Required forms",
        choices=(("complete", "All complete"), ("sent", "Sent again today")),
        widget=forms.RadioSelect,
        error_messages={"required": "Say whether the forms are complete or were sent again."},
    )
    sent = forms.MultipleChoiceField(
        label="Forms sent", required=False, choices=(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = dict.fromkeys(["Treatment plan", "Transition plan", *self.facts.open_forms])
        self.fields["sent"].choices = [(kind, kind) for kind in kinds]  # type: ignore[attr-defined]

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        return {"portal": facts.portal or None, "sent": list(facts.open_forms)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("forms_state") == "sent" and not data.get("sent"):
            self.add_error("sent", "Tick the forms you sent.")
        if data.get("forms_state") == "complete":
            data["sent"] = []
        return data


class OmhcForm(StepForm):
    completed_on = forms.DateField(label="Completed on", required=False, widget=DayInput())
    booked_on = forms.DateField(
        label="Or booked for", required=False, widget=DayInput(), help_text="Booking it is never blocked."
    )
    np = forms.ChoiceField(label="Nurse practitioner", required=False, choices=())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["np"].choices = [("", "Choose …"), *self.facts.nps]  # type: ignore[attr-defined]

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        return {"completed_on": facts.omhc_on}

    def clean_completed_on(self) -> Any:
        day = self.cleaned_data["completed_on"]
        if day and day > self.facts.today:
            raise forms.ValidationError("This day has not come yet. If the assessment is booked, enter it below.")
        return day


class MatchForm(StepForm):
    """The wishes, and the clinician chosen from the ranking below them."""

    WISHES = ("specialties", "language", "gender", "modality", "times")

    specialties = forms.CharField(label="Looking for help with", required=False, help_text="Separated by commas.")
    language = forms.CharField(label="Language", required=False)
    gender = forms.CharField(label="Clinician's gender", required=False)
    modality = forms.ChoiceField(
        label="Virtual or in person",
        required=False,
        choices=[("", "Either"), *[c for c in Modality.choices if c[0] != Modality.BOTH]],
    )
    times = forms.CharField(label="Times", required=False, help_text="Such as: Tue, Wed 10:00.")
    clinician_id = forms.IntegerField(
        widget=forms.HiddenInput, error_messages={"required": "Choose a clinician from the list."}
    )

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        language = facts.demographics.get("language", "")
        wishes = {"language": "" if language.casefold() == "english" else language, "times": facts.availability}
        return wishes | dict(facts.known.get("match", {}))


class ScheduleForm(StepForm):
    on = forms.DateField(label="Day", widget=DayInput(), error_messages={"required": "Choose the day of the visit."})
    time = forms.TimeField(label="Time", widget=TimeInput(), error_messages={"required": "Choose the time."})
    kind = forms.ChoiceField(
        label="Intake or session",
        choices=((AppointmentKind.INTAKE, "Intake (90791)"), (AppointmentKind.SESSION, "Session (90837)")),
        widget=forms.RadioSelect,
    )
    because = forms.CharField(label="Only if this differs from the rule: why", required=False, max_length=200)
    modality = forms.ChoiceField(
        label="Virtual or in person", choices=[c for c in Modality.choices if c[0] != Modality.BOTH]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.facts.service == Service.MEDICATION:
            self.fields["kind"].choices = (  # type: ignore[attr-defined]
                (AppointmentKind.INTAKE, "Intake"),
                (AppointmentKind.SESSION, "Follow-up (99213/99214)"),
            )

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        return {"kind": rules.intake_or_session(facts)[0], "modality": facts.said("match", "modality") or None}

    def clean_on(self) -> Any:
        day = self.cleaned_data["on"]
        if day < self.facts.today:
            raise forms.ValidationError("This day is past. Choose the day of the coming visit.")
        if day > months_before(self.facts.today, -24):
            raise forms.ValidationError("Choose a day within the next two years.")
        return day


class AssignmentForm(StepForm):
    started_on = forms.DateField(label="Assigned on", widget=DayInput())
    done = forms.BooleanField(
        label="The clinician stands on the Clinicians tab in TherapyNotes",
        error_messages={"required": "Assign the clinician in TherapyNotes first, then tick this box."},
    )

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        return {"started_on": facts.today}

    def clean_started_on(self) -> Any:
        day = self.cleaned_data["started_on"]
        if day > self.facts.today:
            raise forms.ValidationError("This day has not come yet. Enter the day on which you assigned the clinician.")
        ending = next(iter(self.facts.endings), None)
        if ending and day < ending.ended_on:
            raise forms.ValidationError(
                f"The last episode ended on {ending.ended_on:%b %-d, %Y}. Enter the later day of this assignment."
            )
        return day


class NoteForm(StepForm):
    """A TherapyNotes Contact Note. Each wing names its reason."""

    reason_said: ClassVar = ""

    party = forms.CharField(label="Contacted party", max_length=120, help_text="Who, and how related to the client.")
    method = forms.ChoiceField(label="Method", choices=Channel.choices)
    reason = forms.CharField(label="Reason", max_length=120)
    minutes = forms.IntegerField(label="Minutes", min_value=0, max_value=600)
    details = forms.CharField(label="Details", widget=text(10))

    @classmethod
    def from_record(cls, facts: Placement) -> dict[str, Any]:
        party = f"{facts.guardian} (guardian)" if facts.is_minor and facts.guardian else f"{facts.name} (client)"
        return {"party": party, "method": facts.channel, "reason": cls.reason_said, "minutes": 15,
                "details": facts.note}  # fmt: skip
