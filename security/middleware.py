"""The second lock and the watchman, inside Django."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from security import bans, clientip, incidents, probes, proofs, ratelimits, refusals
from security.paths import is_api
from security.ratelimits import Allowed, Limit, Refused, Rule
from security.staff import may_operate

Handler = Callable[[HttpRequest], HttpResponse]
View = Callable[..., HttpResponseBase]

TURNED_AWAY = (301, 400, 403, 404)  # no route, or no host, scheme or site of ours
SAFE = ("GET", "HEAD", "OPTIONS")
SENT_ONLY = {Rule.LOGIN, Rule.KEYS}  # looking at such a form is like looking at any page
CLOSED_FEATURES = (
    "accelerometer", "browsing-topics", "camera", "display-capture", "geolocation", "gyroscope", "hid", "magnetometer",
    "microphone", "midi", "payment", "screen-wake-lock", "serial", "usb", "xr-spatial-tracking",
)  # fmt: skip
STAFF_PAGES = ("/security/", f"/{settings.ADMIN_PATH}")

# Views that others wrote, by the app name of their addresses; a view's own declaration goes first.
THEIRS = {"admin": Limit(Rule.PAGE)}


class Ban:
    """The gatehouse's second lock, for servers and tests that do not pass it: same caller, same verdict, same answer."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            caller = clientip.of(request)
        except clientip.BadForwarding as error:
            return _told(refusals.unreadable(str(error), path=request.path))
        found = bans.verdict(caller.address)
        if found is not None:
            return _told(refusals.banned(found.network, path=request.path))
        request.META["REMOTE_ADDR"] = caller.address
        return self.handler(request)


def _told(answer: refusals.Answer) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type.decode())


class Watch:
    """Sees what was answered before any view; a stranger's is limited like an open page, and what no route matched probed."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handler(request)
        if response.status_code not in TURNED_AWAY or request.resolver_match is not None or proofs.is_proven(request):
            return response
        caller = clientip.of(request)
        if response.status_code == 404:
            probes.unrouted(caller, request.path)
        outcome = ratelimits.stranger(caller, rule=Rule.OPEN)
        return incidents.too_many(request, outcome) if isinstance(outcome, Refused) else response


class Armour:
    """Headers that CSP and Django's own do not set, and no cross-site request to forms and staff pages."""

    PERMISSIONS = ", ".join(f"{feature}=()" for feature in CLOSED_FEATURES)

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        refused = incidents.answer(request, 403, "This came from another site.") if _is_foreign(request) else None
        response = refused or self.handler(request)
        response.headers["Permissions-Policy"] = self.PERMISSIONS
        response.headers["Cross-Origin-Resource-Policy"] = "same-origin"  # says nothing to what CORS opens
        response.headers.setdefault("Cache-Control", "no-store")  # static files bring their own
        return response


def _is_foreign(request: HttpRequest) -> bool:
    """Only the value `cross-site` counts: old browsers and programs send no such header.

    What another site's page embeds or fetches is answered alike everywhere, so that it can neither guess in its visitor's name
    nor hide a scan: its pictures of unknown addresses would get the visitor banned. Following a link is no such thing.
    """
    if request.headers.get("Sec-Fetch-Site") != "cross-site":
        return False
    if is_api(request.path):
        return _is_embedded(request) and not _may_call(request)
    return _is_embedded(request) or request.method not in SAFE or request.path.startswith(STAFF_PAGES)


def _is_embedded(request: HttpRequest) -> bool:
    return request.headers.get("Sec-Fetch-Dest", "document") != "document"


def _may_call(request: HttpRequest) -> bool:
    """A page of a listed origin; or what no page can send unless its browser asked CORS before."""
    headers = request.headers
    if headers.get("Origin") in settings.CORS_ALLOWED_ORIGINS:
        return True
    return request.content_type == "application/json" or "X-API-KEY" in headers or "Authorization" in headers


class Limits:
    """Charges each view's rule to the user whose session verifies, else to the subject; keys are charged by apiauth."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.handler(request)

    def process_view(self, request: HttpRequest, view: View, _args: object, _kwargs: object) -> HttpResponse | None:
        match = request.resolver_match
        declared = declared_limit(view, match.app_names if match else ()) or Limit(Rule.PAGE)
        if declared.rule is None or declared.by_key:
            return None
        outcome = _charge(request, view, declared.rule, endpoint=match.view_name if match else "")
        return incidents.too_many(request, outcome) if isinstance(outcome, Refused) else None


def declared_limit(view: View, apps: Sequence[str]) -> Limit | None:
    """What a view, or for views of others its app, declares; test_routes fails on None."""
    own: Limit | None = getattr(view, "limit", None)
    return own or THEIRS.get("".join(apps[:1]))


def _charge(request: HttpRequest, view: View, rule: Rule, *, endpoint: str) -> Allowed | Refused:
    caller = clientip.of(request)
    if rule in SENT_ONLY and request.method in SAFE:
        rule = Rule.PAGE
    if request.user.is_authenticated:
        if may_operate(request):
            probes.recognised(caller)
        return ratelimits.charge(Rule.PAGE if rule is Rule.OPEN else rule, f"user {request.user.pk}", endpoint=endpoint)
    if getattr(view, "login_required", True):
        return ratelimits.stranger(caller)
    return ratelimits.stranger(caller, rule=Rule.OPEN if rule is Rule.PAGE else rule)
