"""Tells a visitor to come back when too many passwords wait to be checked."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.turns import Busy

RETRY_AFTER = 5  # seconds

View = Callable[..., HttpResponseBase]


def answers_busy(view: View) -> View:
    """Answer 503 with Retry-After instead of a password check that found the queue full."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Busy:
            response = render(request, "accounts/busy.html", {"seconds": RETRY_AFTER}, status=503)
            response["Retry-After"] = str(RETRY_AFTER)
            return response

    return guarded
