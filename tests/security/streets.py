"""A small map with one view of each kind, for what the middleware does to all of them."""

from collections.abc import Callable

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path

from security.ratelimits import Rule, limit

View = Callable[[HttpRequest], HttpResponse]


def answering() -> View:
    return lambda request: HttpResponse("<p>here</p>")


def absent(request: HttpRequest) -> HttpResponse:
    raise Http404("the secret word is aubergine")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("the secret word is aubergine")


def opened(address: str, rule: Rule | None, view: View, *, by_key: bool = False) -> URLPattern:
    return path(address, login_not_required(limit(rule, by_key=by_key)(view)), name=address)


urlpatterns = [
    path("page", limit(Rule.PAGE)(answering()), name="page"),
    path("other", limit(Rule.PAGE)(answering()), name="other"),
    path("keys", limit(Rule.KEYS)(answering()), name="keys"),
    path("undeclared", answering(), name="undeclared"),
    path("security/", limit(Rule.PAGE)(answering()), name="security"),
    opened("open", Rule.OPEN, answering()),
    opened("login/", Rule.LOGIN, answering()),
    opened("free", None, answering()),
    opened("api/call", Rule.API, answering(), by_key=True),
    opened("absent", Rule.OPEN, absent),
    opened("broken", Rule.OPEN, broken),
    opened("api/broken", Rule.OPEN, broken),
]

handler400 = "openalgo.errors.bad_request"
handler403 = "openalgo.errors.forbidden"
handler404 = "openalgo.errors.not_found"
handler500 = "openalgo.errors.server_error"
