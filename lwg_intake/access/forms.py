"""The forms before the door, in plain words."""

from typing import Any

from allauth.account.forms import LoginForm, ResetPasswordForm


class SignInForm(LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("remember", None)
        _plainly(self.fields, login="E-mail", password="Password")
        self.fields["password"].help_text = ""


class ForgottenPasswordForm(ResetPasswordForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _plainly(self.fields, email="E-mail")


def _plainly(fields: dict[str, Any], **labels: str) -> None:
    for name, label in labels.items():
        fields[name].label = label
        fields[name].widget.attrs.pop("placeholder", None)
