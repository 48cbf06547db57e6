"""Constraints said once, so that every table says them alike."""

from django.db.models import CheckConstraint, F, Q


def in_order(first: str, last: str, name: str) -> CheckConstraint:
    """`last` does not lie before `first`; either may be unknown."""
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{first}__isnull": True}) | Q(**{f"{last}__isnull": True}) | Q(**{f"{last}__gte": F(first)}),
        violation_error_message=f"{last} cannot be before {first}.",
    )


def together(one: str, other: str, name: str) -> CheckConstraint:
    """Both are set or neither is."""
    return CheckConstraint(
        name=name,
        condition=Q(**{f"{one}__isnull": True, f"{other}__isnull": True})
        | Q(**{f"{one}__isnull": False, f"{other}__isnull": False}),
        violation_error_message=f"{one} and {other} go together: give both or neither.",
    )


def one_of(field: str, choices: list[str], name: str) -> CheckConstraint:
    """The value is one of the field's own words."""
    return CheckConstraint(name=name, condition=Q(**{f"{field}__in": choices}))


def each_of(field: str, choices: list[str], name: str) -> CheckConstraint:
    """Every value of a list is one of the field's own words."""
    return CheckConstraint(name=name, condition=Q(**{f"{field}__contained_by": choices}))
