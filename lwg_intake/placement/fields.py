"""A client's telephone and address as a person enters them: what cannot be one is refused in words."""

from __future__ import annotations

from django import forms

from lwg_intake.records.contact import STATES, is_phone, is_zip


class PhoneField(forms.CharField):
    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not is_phone(value):
            raise forms.ValidationError("Enter the number with its area code, such as (410) 555-0142.")


class StateField(forms.CharField):
    """One of the states, as two capital letters."""

    def clean(self, value: object) -> str:
        return super().clean(value.upper() if isinstance(value, str) else value)

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and value not in STATES:
            raise forms.ValidationError("Enter the state as two letters, such as MD, DC or VA.")


class ZipField(forms.CharField):
    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not is_zip(value):
            raise forms.ValidationError("Enter the ZIP code as five digits, such as 20910.")


class NamedField(forms.CharField):
    """A street, a place or a payer: whatever it is called, there is a letter in it."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not any(letter.isalpha() for letter in value):
            raise forms.ValidationError("Write its name in letters.")
