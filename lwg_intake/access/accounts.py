"""What belongs to an account beside its row: the address as allauth keeps it, and the link to choose a password."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.urls import reverse

from lwg_intake.access.models import User
from lwg_intake.access.roles import MAY, Can, Role


def keep_address(user: User) -> None:
    """Tell allauth the address. It counts as verified, since an administrator entered it."""
    EmailAddress.objects.filter(user=user).exclude(email=user.email).delete()
    EmailAddress.objects.update_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


def password_path(user: User) -> str:
    """The path of a page where this person chooses a password. It works once, and for three days."""
    key = default_token_generator.make_token(user)
    return reverse("account_reset_password_from_key", kwargs={"uidb36": user_pk_to_url_str(user), "key": key})


def drop_second_factor(user: User) -> int:
    """Take the app and the recovery codes off an account; the number of things taken off."""
    return Authenticator.objects.filter(user=user).delete()[0]


def holders(right: Can) -> list[int]:
    """The open accounts that hold a right, locked until the transaction ends."""
    roles = [role.value for role in Role if right in MAY[role]]
    open_ones = User.objects.filter(is_active=True, roles__overlap=roles)
    return list(open_ones.select_for_update().order_by("pk").values_list("pk", flat=True))
