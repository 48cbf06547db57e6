from __future__ import annotations

from typing import Any

from django import forms

from lwg_intake.access.models import User
from lwg_intake.records.models import Clinician
from lwg_intake.records.rules import Service

MONTHS = (("3", "Last 3 months"), ("6", "Last 6 months"), ("12", "Last 12 months"), ("0", "All"))
TEAM = "team"


class FiguresForm(forms.Form):
    """What to look at. Without a word: the practice, every service, the last 12 months."""

    of = forms.ChoiceField(
        label="Whose", required=False,
        error_messages={"invalid_choice": "You can look at those on the list “Whose” only. Choose one of them."},
    )  # fmt: skip
    months = forms.ChoiceField(
        label="Window", choices=MONTHS, required=False, initial="12",
        error_messages={"invalid_choice": "There is no such window. Choose one from the list."},
    )  # fmt: skip
    service = forms.ChoiceField(
        label="Service", choices=[("", "Every service"), *Service.choices], required=False,
        error_messages={"invalid_choice": "There is no such service. Choose one from the list."},
    )  # fmt: skip

    def __init__(self, *args: Any, user: User, clinicians: list[Clinician], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinicians = clinicians
        mine = [(str(c.pk), "You") for c in clinicians if c.account_id == user.pk]
        others = [(str(c.pk), str(c)) for c in clinicians if c.account_id != user.pk]
        team = [(TEAM, "Your team")] if mine and others else []
        self.fields["of"].choices = [("", "The practice"), *mine, *team, *others]  # type: ignore[attr-defined]

    @property
    def chosen(self) -> list[Clinician] | None:
        """The clinicians asked for; None for the practice."""
        of = self.cleaned_data.get("of")
        return [c for c in self.clinicians if of in (TEAM, str(c.pk))] if of else None

    @property
    def months_back(self) -> int:
        """The window in calendar months; 0 for all."""
        return int(self.cleaned_data.get("months") or 12)
