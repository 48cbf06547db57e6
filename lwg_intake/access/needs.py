"""Every view says what it needs; every action checks again, and is the truth."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse

from lwg_intake.access.models import User
from lwg_intake.access.roles import Can, who_may
from lwg_intake.errors import NotAllowed


def require(user: Any, *rights: Can) -> None:
    """Raise NotAllowed unless the person holds one of the rights."""
    if not (isinstance(user, User) and user.is_active and any(user.can(right) for right in rights)):
        names = " or ".join(dict.fromkeys(name for right in rights for name in who_may(right)))
        raise NotAllowed(f"Only {names} can {rights[0].label}. Ask one of them; nothing was changed.")


def needs(*rights: Can) -> Callable[[Callable[..., HttpResponse]], Callable[..., HttpResponse]]:
    """Declare a view's rights, any one of which opens it."""

    def declare(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            require(request.user, *rights)
            return view(request, *args, **kwargs)

        checked.needs = rights  # type: ignore[attr-defined]
        return checked

    return declare
