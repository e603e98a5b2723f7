"""The calls of the contract that this release does not serve: known addresses, key checked, 501."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from apiauth.authentication import authenticate
from apiauth.errors import ApiError
from apiauth.scopes import Scope
from brokers.api.envelope import refusal
from brokers.api.refusals import unproven
from security.ratelimits import Rule

_GET, _POST = ("GET", "HEAD"), ("POST",)
TRADE = (
    "optionsorder", "optionsmultiorder", "placegttorder", "modifygttorder", "cancelgttorder",
)  # fmt: skip
ASK = (
    "optiongreeks", "multioptiongreeks", "syntheticfuture", "gttorderbook",
    "telegram/notify", "telegram/start", "telegram/stop", "telegram/webhook", "telegram/broadcast", "whatsapp/notify",
    "portfolio/backtest", "portfolio/tearsheet", "portfolio/holdings", "sip/backtest",
)  # fmt: skip
LOOK = ("telegram/users", "telegram/stats", "portfolio/benchmarks", "sip/frequencies")
BOTH = ("chart", "telegram/config", "telegram/preferences")
KEY_IN_QUERY = ("ticker/<str:instrument>",)

View = Callable[..., HttpResponse]


def views() -> dict[str, View]:
    """Route -> view."""
    return {
        **{route: _view(route, _POST, scope=Scope.TRADE) for route in TRADE},
        **{route: _view(route, _POST) for route in ASK},
        **{route: _view(route, _GET) for route in LOOK},
        **{route: _view(route, _GET + _POST) for route in BOTH},
        **{route: _view(route, _GET, query_key=True) for route in KEY_IN_QUERY},
    }


def _view(route: str, methods: tuple[str, ...], *, scope: Scope = Scope.READ, query_key: bool = False) -> View:
    name = route.partition("/<")[0]

    def unserved(request: HttpRequest, **_: str) -> HttpResponse:
        if request.method not in methods:
            return HttpResponseNotAllowed(methods)
        try:
            authenticate(request, scope=scope, rule=Rule.API, query_key=query_key)
        except ApiError as error:
            return unproven(request, error)
        return refusal(request, 501, f"This server does not serve {name} yet.")

    return unserved
