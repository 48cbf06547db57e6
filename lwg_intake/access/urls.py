"""One's own account. Sign-in itself is allauth's; of its addresses, those we do not offer lead to our account page."""

from allauth.mfa.recovery_codes.views import view_recovery_codes
from allauth.mfa.totp.views import deactivate_totp
from django.db import transaction
from django.urls import path
from django.views.generic import RedirectView

from lwg_intake.access import views

# Accounts and their addresses are an administrator's: sign-up and change of address are closed.
_CLOSED = ("signup/", "email/", "password/set/", "confirm-email/")

# What allauth does in these and its event are one transaction, as everywhere.
_WHOLE = (
    ("2fa/recovery-codes/", "mfa_view_recovery_codes", view_recovery_codes),
    ("2fa/totp/deactivate/", "mfa_deactivate_totp", deactivate_totp),
)

urlpatterns = [
    path("", views.account, name="account"),
    path("time-left/", views.time_left, name="time_left"),
    *(path(address, RedirectView.as_view(pattern_name="account")) for address in _CLOSED),
    *(path(address, transaction.atomic(view), name=name) for address, name, view in _WHOLE),
]
