"""Tells a visitor to come back when too many passwords wait, or when no guess can be counted: then nobody is let in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.db import Error
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from accounts.turns import Busy
from security import incidents

RETRY_AFTER = 5  # seconds
UNCOUNTED = "Nobody can be let in at this moment: the server's database does not answer. Try again in a few seconds."

View = Callable[..., HttpResponseBase]


def answers_busy(view: View) -> View:
    """Answer 503 with Retry-After instead of a password check that found the queue full or no database."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except Busy:
            response = render(request, "accounts/busy.html", {"seconds": RETRY_AFTER}, status=503)
            response["Retry-After"] = str(RETRY_AFTER)
            return response
        except Error:
            return incidents.answer(request, 503, UNCOUNTED, headers={"Retry-After": str(RETRY_AFTER)})

    return guarded
