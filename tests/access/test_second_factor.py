"""The code from an app, and the recovery codes."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.cache import cache
from django.test import Client

from lwg_intake.access.accounts import keep_address
from lwg_intake.access.models import User
from lwg_intake.audit.models import Event, RowChange
from lwg_intake.audit.untold import untold

# The event is written after the commit.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("contexts")]
PASSWORD = "four unrelated words"


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))


def test_turned_on_it_is_asked_for_and_a_recovery_code_helps_out(client: Client) -> None:
    cache.clear()
    user = User.objects.create_user("rosa@example.com", PASSWORD, roles=["csr"])
    keep_address(user)
    client.post("/accounts/login/", {"login": user.email, "password": PASSWORD})
    activate = "/accounts/2fa/totp/activate/"
    assert b"Is it still you?" in client.get(activate, follow=True).content
    page = client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": activate}, follow=True)
    assert b"scan this picture" in page.content
    client.post(activate, {"code": code(page.context["form"].secret)})
    assert Event.objects.filter(verb="account.second_factor_added").exists()
    codes = client.get("/accounts/2fa/recovery-codes/").context["unused_codes"]
    assert len(codes) == 10
    client.post("/accounts/logout/")

    answer = client.post("/accounts/login/", {"login": user.email, "password": PASSWORD}, follow=True)
    assert b"recovery codes" in answer.content
    assert client.get("/accounts/").status_code == 302
    client.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert client.get("/accounts/").status_code == 200

    deactivate = "/accounts/2fa/totp/deactivate/"
    client.post("/accounts/reauthenticate/", {"password": PASSWORD, "next": deactivate})
    client.post(deactivate)
    assert not Authenticator.objects.exists()
    noted = RowChange.objects.filter(record="mfa_authenticator")
    assert sorted(noted.values_list("deed", flat=True)) == ["DELETE"] * 2 + ["INSERT"] * 2 + ["UPDATE"] * 2
    assert {change.changed["data"] for change in noted.exclude(deed="INSERT")} == {"changed", "gone"}
    assert not untold().filter(record="mfa_authenticator").exists()
