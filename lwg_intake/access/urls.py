"""One's own account. Sign-in itself is allauth's; of its addresses, those we do not offer lead to our account page."""

from django.urls import path
from django.views.generic import RedirectView

from lwg_intake.access import views

# Accounts and their addresses are an administrator's: sign-up and change of address are closed.
_CLOSED = ("signup/", "email/", "password/set/", "confirm-email/")

urlpatterns = [
    path("", views.account, name="account"),
    path("time-left/", views.time_left, name="time_left"),
    *(path(address, RedirectView.as_view(pattern_name="account")) for address in _CLOSED),
]
