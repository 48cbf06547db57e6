from typing import Any

from django import forms

from lwg_intake.access.roles import Role
from lwg_intake.records.models import Clinician


def label_of(clinician: Clinician) -> str:
    """A clinician as the list offers them; the number tells two of one name apart."""
    return f"{clinician} ({clinician.ref})"


class ClinicianField(forms.CharField):
    """A clinician, typed by name with a list of suggestions. Cleans to a Clinician, or None when left empty."""

    def prepare_value(self, value: Any) -> Any:
        return label_of(value) if isinstance(value, Clinician) else value

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        if not typed:
            return None
        name = typed.rsplit(" (", 1)
        if len(name) == 2:
            found = list(Clinician.objects.filter(ref=name[1].rstrip(")")))
        else:
            words = typed.replace(",", " ").split()
            found = [c for c in Clinician.objects.all() if all(word.lower() in str(c).lower() for word in words)]
        if len(found) != 1:
            raise forms.ValidationError(
                "No clinician is called that. Pick one from the list."
                if not found
                else f"{len(found)} clinicians match. Pick one from the list."
            )
        return found[0]


class PersonForm(forms.Form):
    first_name = forms.CharField(max_length=150)
    last_name = forms.CharField(max_length=150)
    email = forms.EmailField(label="E-mail", help_text="The person signs in with it.")
    roles = forms.MultipleChoiceField(choices=Role.choices, widget=forms.CheckboxSelectMultiple)
    clinician = ClinicianField(
        required=False,
        label="Clinician's record",
        help_text="For clinicians and supervisors: whose clients they see. Type a part of the name.",
        widget=forms.TextInput(attrs={"list": "clinicians", "autocomplete": "off"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()
