"""Who may open the security pages and the admin; in doubt, nobody."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

View = Callable[..., HttpResponseBase]


def may_operate(request: HttpRequest) -> bool:
    """The one decision behind /security and the admin: a live session of a staff account."""
    return operates(getattr(request, "user", None))


def operates(user: Any) -> bool:
    """Is it a staff account? Whether its session lives is the caller's to know."""
    return bool(user is not None and user.is_authenticated and user.is_active and getattr(user, "is_staff", False))


def operator_required(view: View) -> View:
    """Answer 403 to a session that may not operate (a missing session was sent to the login before)."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not may_operate(request):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded
