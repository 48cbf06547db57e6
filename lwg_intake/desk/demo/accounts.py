"""The demo's sign-ins: one for each role, and a second CSR and manager, since some things take two people."""

from functools import cache

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import Count, Q

from lwg_intake.access.accounts import keep_address
from lwg_intake.access.models import User
from lwg_intake.access.roles import Role
from lwg_intake.audit.record import record
from lwg_intake.records.models import Clinician

PASSWORD = "lwg-demo-2026"

# Role, first name, last name: invented people.
_STAFF = (
    (Role.CSR, "Rosa", "Delgado"),
    (Role.CSR, "Tomasz", "Wren"),
    (Role.MANAGER, "Miriam", "Osei"),
    (Role.MANAGER, "Dana", "Whitlock"),
    (Role.TRANSITION_MANAGER, "Priya", "Nair"),
    (Role.BILLING, "Leon", "Abara"),
    (Role.ADMINISTRATOR, "Ines", "Kovac"),
    (Role.CLINICIAN, "", ""),
    (Role.SUPERVISOR, "", ""),
)


def make_accounts() -> list[tuple[str, str, str]]:
    """Make the sign-ins that are not there yet; role, e-mail and password of each, in the order of the roles.

    The clinician and the supervisor bear the names of records of the practice: one with many clients, one with a team.
    """
    with transaction.atomic():
        rows = [(role, _account(role, first, last)) for role, first, last in _STAFF]
    order = list(Role)
    rows.sort(key=lambda row: order.index(row[0]))
    return [(str(role.label), user.email, PASSWORD) for role, user in rows if user]


def _account(role: Role, first: str, last: str) -> User | None:
    email = f"{(first or role.value).lower()}@example.com"
    user = User.objects.filter(email=email).first()
    clinician = None
    if not first and not user:
        clinician = _busiest(with_team=role is Role.SUPERVISOR)
        if clinician is None:
            return None
        first, last = clinician.first_name, clinician.last_name
    if user is None:
        user = User.objects.create(
            email=email, password=_hashed(), first_name=first, last_name=last, roles=[role.value]
        )
        keep_address(user)
        record("person.added", by=None, on=user, roles=user.roles)
    if clinician:
        clinician.account = user
        clinician.save(update_fields=["account"])
    return user


@cache
def _hashed() -> str:
    """The one password, hashed once: that is slow on purpose."""
    return make_password(PASSWORD)


def _busiest(*, with_team: bool) -> Clinician | None:
    """Who has the most clients (and a team, or none) and stays, and no account yet."""
    free = Clinician.objects.filter(account=None, last_day=None, team__isnull=not with_team)
    counted = free.annotate(clients=Count("assignments", filter=Q(assignments__ended_on=None), distinct=True))
    return counted.order_by("-clients", "ref").first()
