"""Rights and roles, asked from a template."""

from typing import Any

from django import template

from lwg_intake.access.roles import Can, Role

register = template.Library()

_SEES_CLIENTS = {Can.SEE_ALL_CLIENTS, Can.SEE_OWN_CLIENTS, Can.SEE_TEAM_CLIENTS}


@register.filter
def can(user: Any, right: str) -> bool:
    """Whether the person holds a right: `{% if user|can:"work_returns" %}`. Raises ValueError for an unknown right."""
    return user.is_authenticated and user.can(Can(right))


@register.filter
def can_find(user: Any) -> bool:
    """Whether the person may see any client at all, and so has a use for the search box."""
    return user.is_authenticated and not _SEES_CLIENTS.isdisjoint(user.rights)


@register.filter
def role_names(roles: list[str]) -> str:
    """Roles as one reads them: "CSR, Billing"."""
    return ", ".join(Role(role).label for role in roles)
