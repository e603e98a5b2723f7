"""What the trader's pages have in common: who may open them, and their moving part for the page's own script."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from brokers import modes
from brokers.errors import NotConnected
from brokers.types import Mode
from security.incidents import answer

View = Callable[..., HttpResponseBase]

WEB = "web"  # the source of an order that came from a page
NO_TRADING = "Operators look after security and do not trade. The owner can give you a trader's account."

seen_or_sent = require_http_methods(["GET", "HEAD", "POST"])


def mode(request: HttpRequest) -> dict[str, object]:
    """For every template; the database is asked when one names it."""
    return {"mode": SimpleLazyObject(lambda: _mode(request))}


def traders_only(view: View) -> View:
    """Operators get 403 with a sentence; in live mode without a broker the page says what to do instead of itself."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not getattr(request.user, "may_trade", False):
            return answer(request, 403, NO_TRADING)
        try:
            return view(request, *args, **kwargs)
        except NotConnected as refusal:
            status = 200 if request.method in ("GET", "HEAD") else 409
            return show(request, "unconnected", {"sentence": str(refusal)}, status=status)

    return guarded


def user_id(request: HttpRequest) -> int:
    """Pages are closed by default: whoever comes this far is somebody."""
    return cast("int", request.user.pk)


def show(request: HttpRequest, page: str, context: Mapping[str, object], *, status: int = 200) -> HttpResponse:
    """The whole page, or with `?part` the part of it that moves."""
    template = f"brokers/{page}_part.html" if "part" in request.GET else f"brokers/{page}.html"
    return render(request, template, dict(context), status=status)


def back(request: HttpRequest, *, otherwise: str) -> HttpResponse:
    """To the page that the form stood on, if it is one of ours."""
    target = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return redirect(target if ours and target.startswith("/") else otherwise)  # other words would name a route


def tell(request: HttpRequest, *, done: str = "", failed: str = "") -> None:
    if done:
        messages.success(request, done)
    if failed:
        messages.error(request, failed)


def _mode(request: HttpRequest) -> Mode:
    user = getattr(request, "user", None)
    return modes.current(user.pk) if user is not None and user.is_authenticated else Mode.ANALYZE
