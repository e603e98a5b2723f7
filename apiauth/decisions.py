"""The local API that CrowdSec's bouncers speak to: decisions for staff keys with the scope `bans`, and for nobody else."""

from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from apiauth import bouncers, errors
from apiauth.authentication import Principal, authenticate
from apiauth.errors import ApiError, BadRequest
from apiauth.scopes import Scope
from security import clientip, decisions, incidents, ratelimits
from security.addresses import NotAnAddress
from security.ratelimits import Refused, Rule, limit

JSON = "application/json"
ALLOWED = "GET, HEAD"

View = Callable[[HttpRequest, Principal], HttpResponseBase]
Door = Callable[[HttpRequest], HttpResponseBase]


def door(view: View) -> Door:
    """The key stands in a header: neither body nor query are asked for one."""

    @login_not_required
    @csrf_exempt
    @limit(Rule.API, by_key=True, audit=())
    @wraps(view)
    def entered(request: HttpRequest) -> HttpResponseBase:
        if request.method not in ("GET", "HEAD"):
            return _not_allowed(request)
        try:
            principal = authenticate(request, scope=Scope.BANS, rule=Rule.API)
            return HttpResponse(content_type=JSON) if request.method == "HEAD" else view(request, principal)
        except ApiError as error:
            return errors.answer(error)

    return entered


@door
def decisions_stream(request: HttpRequest, principal: Principal) -> HttpResponseBase:
    query = request.GET.dict()
    startup = query.get("startup", "").lower() == "true"
    pieces = bouncers.poured(principal.kid, startup=startup, wanted=decisions.wanted(query))
    return StreamingHttpResponse(pieces, content_type=JSON)


@door
def decisions_held(request: HttpRequest, _principal: Principal) -> HttpResponseBase:
    """For bouncers that ask about each visitor, and for whoever wants to see the list."""
    query = request.GET.dict()
    try:
        pieces = decisions.held(query)
    except NotAnAddress as error:
        raise BadRequest(str(error)) from error
    if "ip" in query:  # one for each length of prefix at most: no thread of its own
        return HttpResponse(b"".join(pieces), content_type=JSON)
    return StreamingHttpResponse(pieces, content_type=JSON)


def _not_allowed(request: HttpRequest) -> HttpResponse:
    """Needs no key, so it is charged to who sent it."""
    outcome = ratelimits.stranger(clientip.of(request), rule=Rule.OPEN)
    if isinstance(outcome, Refused):
        return incidents.too_many(request, outcome)
    content = {"status": "error", "message": f"This address answers only {ALLOWED}."}
    return JsonResponse(content, status=405, headers={"Allow": ALLOWED})
