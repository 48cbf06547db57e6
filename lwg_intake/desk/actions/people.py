"""Accounts of the staff. They are opened, changed and closed, never deleted: what a person did stays theirs."""

from hashlib import sha256

from django.db import transaction

from lwg_intake.access.accounts import drop_second_factor, holders, keep_address
from lwg_intake.access.models import User
from lwg_intake.access.needs import require
from lwg_intake.access.roles import Can
from lwg_intake.audit.record import record
from lwg_intake.errors import Refusal, Stale
from lwg_intake.records.models import Clinician


def seen(user: User) -> str:
    """A mark of what the page showed, so that two administrators do not overwrite each other."""
    shown = (user.email, user.first_name, user.last_name, sorted(user.roles), user.is_active, _record_of(user))
    return sha256(repr(shown).encode()).hexdigest()[:16]


def add_person(
    *,
    by: User | None,
    email: str,
    first_name: str,
    last_name: str,
    roles: list[str],
    clinician: Clinician | None = None,
) -> User:
    """Open an account, without a password yet. `by` is None on the command line only.

    Raises Refusal when the address has an account already, or the clinician is tied to another one.
    """
    if by:
        require(by, Can.MANAGE_PEOPLE)
    with transaction.atomic():
        _refuse_taken(email)
        user = User.objects.create_user(email, first_name=first_name, last_name=last_name, roles=sorted(set(roles)))
        keep_address(user)
        _tie(user, clinician)
        record("person.added", by=by, on=user, roles=user.roles, clinician=_record_of(user))
    return user


def change_person(
    *,
    by: User,
    person: int,
    was: str,
    email: str,
    first_name: str,
    last_name: str,
    roles: list[str],
    clinician: Clinician | None,
) -> User:
    """Set the name, the address, the roles and the clinician's record.

    Raises Refusal when nobody could manage accounts any more, and Stale when someone else changed the account since
    `was` was shown (see `seen`).
    """
    require(by, Can.MANAGE_PEOPLE)
    with transaction.atomic():
        managers = holders(Can.MANAGE_PEOPLE)
        user = _locked(person)
        if seen(user) != was:
            raise Stale("Someone else changed this account meanwhile. Nothing of yours was saved: look, and try again.")
        before = {"roles": user.roles, "clinician": _record_of(user)}
        user.email, user.first_name, user.last_name = email.lower(), first_name, last_name
        user.roles = sorted(set(roles))
        vars(user).pop("rights", None)
        if managers == [user.pk] and not user.can(Can.MANAGE_PEOPLE):
            raise Refusal(f"{user} is the last who can {Can.MANAGE_PEOPLE.label}. Give someone else that role first.")
        _refuse_taken(user.email, but=user)
        user.save(update_fields=["email", "first_name", "last_name", "roles"])
        keep_address(user)
        _tie(user, clinician)
        record(
            "person.changed", by=by, on=user, before=before, after={"roles": user.roles, "clinician": _record_of(user)}
        )
    return user


def close_account(*, by: User, person: int) -> User:
    """Shut the account and every session of it. The password goes too, so that no old session can come back.

    Raises Refusal for one's own account, and for the last that can manage accounts.
    """
    require(by, Can.MANAGE_PEOPLE)
    with transaction.atomic():
        managers = holders(Can.MANAGE_PEOPLE)
        user = _locked(person)
        if user.pk == by.pk:
            raise Refusal("You cannot close your own account. Ask another administrator.")
        if managers == [user.pk]:
            raise Refusal(f"{user} is the last who can {Can.MANAGE_PEOPLE.label}. Give someone else that role first.")
        user.is_active = False
        user.set_unusable_password()
        user.save(update_fields=["is_active", "password"])
        record("person.closed", by=by, on=user)
    return user


def open_account(*, by: User, person: int) -> User:
    """Open a closed account again; a new password is needed."""
    require(by, Can.MANAGE_PEOPLE)
    with transaction.atomic():
        user = _locked(person)
        user.is_active = True
        user.save(update_fields=["is_active"])
        record("person.opened", by=by, on=user)
    return user


def reset_second_factor(*, by: User, person: int) -> User:
    """Take the second factor off an account whose phone is lost."""
    require(by, Can.MANAGE_PEOPLE)
    with transaction.atomic():
        user = _locked(person)
        if not drop_second_factor(user):
            raise Refusal(f"{user} has no second factor.")
        record("person.second_factor_reset", by=by, on=user)
    return user


def note_password_link(*, by: User | None, person: User) -> None:
    """Record that a link to choose a password was made for somebody. Raises Refusal for a closed account."""
    if by:
        require(by, Can.MANAGE_PEOPLE)
    if not person.is_active:
        raise Refusal("This account is closed. Open it first.")
    record("person.password_link", by=by, on=person)


def _locked(person: int) -> User:
    return User.objects.select_for_update().get(pk=person)


def _record_of(user: User) -> int | None:
    return Clinician.objects.filter(account=user).values_list("pk", flat=True).first()


def _refuse_taken(email: str, but: User | None = None) -> None:
    if User.objects.filter(email__iexact=email).exclude(pk=but.pk if but else 0).exists():
        raise Refusal(f"{email} has an account already. Look for it in the list; a closed one can be opened again.")


def _tie(user: User, clinician: Clinician | None) -> None:
    if clinician:
        clinician = Clinician.objects.select_for_update(of=("self",)).select_related("account").get(pk=clinician.pk)
        if clinician.account_id not in (None, user.pk):
            raise Refusal(f"{clinician} is tied to the account of {clinician.account} already. Untie it there first.")
    Clinician.objects.filter(account=user).exclude(pk=clinician.pk if clinician else 0).update(account=None)
    if clinician:
        Clinician.objects.filter(pk=clinician.pk).update(account=user)
