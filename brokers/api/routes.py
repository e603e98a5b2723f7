"""The API as Django sees it: every call with and without its slash, open to programs, refusing in one shape."""

from collections.abc import Callable
from functools import wraps
from typing import cast

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import URLPattern, path
from django.views.decorators.csrf import csrf_exempt

from brokers.api import unserved
from brokers.api.calls import api
from brokers.api.envelope import not_allowed
from security import clientip, incidents, proofs, ratelimits
from security.audit import Act
from security.ratelimits import Refused, Rule, limit

View = Callable[..., HttpResponse]
PAGES = ("openapi-json", "openapi-view", "api-root")  # open to all; the last only lends the others its address
RECORDED = {"analyzer/toggle": (Act.MODE_SWITCHED,)}  # what calls leave in the audit


def patterns() -> tuple[list[URLPattern], str, str]:
    urls, app_name, namespace = api.urls
    served = [each for each in urls if isinstance(each, URLPattern)]
    calls = {str(each.pattern): cast("View", each.callback) for each in served if each.name not in PAGES}
    doors = {route: door(view, audit=RECORDED.get(route, ())) for route, view in (calls | unserved.views()).items()}
    pages = [opened(each) for each in served if each.name in PAGES]
    return [*_calls(doors, end=""), *_calls(doors, end="/"), *pages], app_name, namespace


def _calls(doors: dict[str, View], *, end: str) -> list[URLPattern]:
    return [path(route + end, view, name=route.partition("/<")[0]) for route, view in doors.items()]


def opened(page: URLPattern) -> URLPattern:
    """A page about the API, charged here: a throttle earned by somebody's bad keys does not hide it from their neighbours."""
    view = cast("View", page.callback)

    @login_not_required
    @csrf_exempt  # changes nothing, and is charged inside
    @limit(None, audit=())
    @wraps(view, updated=())
    def shown(request: HttpRequest, **parts: str) -> HttpResponse:
        who = proofs.prover(request) or clientip.of(request).subject
        outcome = ratelimits.charge(Rule.OPEN, who, endpoint="api pages")
        return incidents.too_many(request, outcome) if isinstance(outcome, Refused) else view(request, **parts)

    page.callback = shown
    return page


def door(view: View, *, audit: tuple[Act, ...] = ()) -> View:
    """Programs carry keys instead of sessions; a wrong method needs none and is charged to its key, else to who sent it."""

    @login_not_required
    @csrf_exempt
    @limit(Rule.API, by_key=True, audit=audit)
    @wraps(view)
    def entered(request: HttpRequest, **parts: str) -> HttpResponse:
        response = view(request, **parts)
        if not isinstance(response, HttpResponseNotAllowed):
            return response
        who, caller = proofs.prover(request), clientip.of(request)
        outcome = ratelimits.charge(Rule.API, who) if who else ratelimits.stranger(caller, rule=Rule.OPEN)
        return incidents.too_many(request, outcome) if isinstance(outcome, Refused) else not_allowed(request, response)

    return entered
