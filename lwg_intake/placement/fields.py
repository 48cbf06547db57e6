"""A client's telephone and address as a person enters them: what cannot be one is refused in words."""

from __future__ import annotations

import re

from django import forms

_STATES = """
AL AK AZ AR CA CO CT DE DC FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK OR PA RI
SC SD TN TX UT VT VA WA WV WI WY AS GU MP PR VI
"""
STATES = frozenset(_STATES.split())


class PhoneField(forms.CharField):
    """Ten digits with whatever stands between them, an extension after them; abroad a + and the country's code."""

    def validate(self, value: str) -> None:
        super().validate(value)
        digits = re.sub(r"[^0-9]", "", re.split(r"(?i)x|ext", value)[0])
        local = digits.removeprefix("1") if len(digits) == 11 else digits
        if value and len(local) != 10 and not (value.startswith("+") and 8 <= len(digits) <= 15):
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
        if value and not re.fullmatch(r"[0-9]{5}(-?[0-9]{4})?", value):
            raise forms.ValidationError("Enter the ZIP code as five digits, such as 20910.")


class NamedField(forms.CharField):
    """A street, a place or a payer: whatever it is called, there is a letter in it."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not any(letter.isalpha() for letter in value):
            raise forms.ValidationError("Write its name in letters.")
