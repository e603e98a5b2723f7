"""The second lock and the watchman, inside Django."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.http.response import HttpResponseBase

from security import clientip, decoys, incidents, paths, probes, proofs, ratelimits, refusals, snapshot
from security.addresses import NotAnAddress, parse
from security.audit import Act
from security.clientip import Caller
from security.models import ProvenBy
from security.paths import NEVER_ANSWERED, is_api, is_readable
from security.ratelimits import ALLOWED, Allowed, Limit, Refused, Rule
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
THEIRS = {"admin": Limit(Rule.PAGE, audit=tuple(Act))}  # there each model's own verbs record


class Ban:
    """The gatehouse's second lock, for servers and tests that do not pass it: same caller, same verdict, same answer."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            caller = clientip.of(request)
        except clientip.BadForwarding as error:
            return _told(refusals.unreadable(str(error), path=request.path))
        found = snapshot.verdict(caller.address)
        if found is not None:
            return _told(refusals.banned(caller.subject, network=found.network, path=request.path))
        request.META["REMOTE_ADDR"] = caller.address
        return self.handler(request)


def _told(answer: refusals.Answer) -> HttpResponse:
    headers = {name.decode(): value.decode() for name, value in answer.headers}
    return HttpResponse(answer.body, status=answer.status, headers=headers)


class Watch:
    """Sees what was answered before any view; a stranger's is limited like an open page, and what no route matched probed."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handler(request)
        caller = clientip.of(request)
        unrouted = response.status_code in TURNED_AWAY and request.resolver_match is None
        no_view = unrouted or request.method in NEVER_ANSWERED or _is_vain_preflight(request)
        if not (no_view or _is_spoofed(request, caller)):
            return response
        who = proofs.prover(request)
        if who is None:
            _probe(request, response, caller)
        else:
            _note_stray(request, response, caller)
        outcome = ratelimits.no_view(caller, who) if no_view else None
        return incidents.too_many(request, outcome) if isinstance(outcome, Refused) else response

    def process_view(self, request: HttpRequest, *_: object) -> HttpResponse | None:
        """A method that no view of ours has reaches no page; each call of the API refuses it itself, naming its own."""
        if request.method not in NEVER_ANSWERED or is_api(request.path):
            return None
        return incidents.answer(request, 405, "This method is not answered here.", headers={"Allow": "GET, HEAD, POST"})


def _is_vain_preflight(request: HttpRequest) -> bool:
    """A page asks whether it may call, and may not: CORS answers that before any view could charge it."""
    asks = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
    return asks and request.resolver_match is None and request.headers.get("Origin") not in settings.CORS_ALLOWED_ORIGINS


def _is_spoofed(request: HttpRequest, caller: Caller) -> bool:
    """A forged header that nobody counted today; where nobody looked who asks (a file, say), it tells nothing."""
    known = not caller.spoofed or proofs.is_recognised(caller.subject) or probes.has_spoofed(caller)
    return not known and hasattr(request, "user")


def _probe(request: HttpRequest, response: HttpResponse, caller: Caller) -> None:
    if _is_spoofed(request, caller):
        probes.spoofed(caller)
    unknown = response.status_code == 404 and request.resolver_match is None
    if request.method in NEVER_ANSWERED or unknown or _is_scan_by_number(request, response):
        probes.unrouted(
            caller, request.path, method=request.method or "", linked=_is_linked(request),
            foreign=request.headers.get("Sec-Fetch-Site", "none") in ("cross-site", "same-site"),
        )  # fmt: skip


def _is_scan_by_number(request: HttpRequest, response: HttpResponse) -> bool:
    """What scanners ask, of a bare address: we have no such name, so no route was looked for.

    Other names that are not ours count for nothing: a page elsewhere can let such a name point here, and its visitors ask.
    """
    if response.status_code != 400 or request.resolver_match is not None or not _names_a_number(request):
        return False
    return decoys.holds(request.path) or paths.weight(request.path) == paths.KNOWN


def _names_a_number(request: HttpRequest) -> bool:
    domain, _ = split_domain_port(request.META.get("HTTP_HOST", ""))
    try:
        parse(domain.strip("[]"))
    except NotAnAddress:
        return False
    return True


def _note_stray(request: HttpRequest, response: HttpResponse, caller: Caller) -> None:
    if response.status_code == 404 and request.resolver_match is None:
        probes.strayed(caller, request.path, who=request.user.get_username())


def _is_linked(request: HttpRequest) -> bool:
    """Does the caller say that a page of ours led there?"""
    try:
        return request.headers.get("Referer", "").startswith(request.build_absolute_uri("/"))
    except DisallowedHost:
        return False


class Readable:
    """Innermost: no route is asked for a path that is no text, but who asks is known, and it counts like any unknown one."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_readable(request.path):
            return self.handler(request)
        raise Http404


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
    """Charges each view's rule to the user whose session verifies, else to the subject; keys are charged by apiauth.

    A program reads on every answer what is left of its budget; `charged` is what apiauth booked.
    """

    def __init__(self, handler: Handler) -> None:
        self.handler = handler

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.handler(request)
        for name, value in getattr(request, "charged", ALLOWED).headers().items():
            response.headers[name] = value
        return response

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
            proofs.recognised(caller, by=ProvenBy.STAFF)
        proofs.met(caller)
        return ratelimits.charge(Rule.PAGE if rule is Rule.OPEN else rule, f"user {request.user.pk}", endpoint=endpoint)
    if getattr(view, "login_required", True):
        return ratelimits.stranger(caller)
    return ratelimits.stranger(caller, rule=Rule.OPEN if rule is Rule.PAGE else rule)
