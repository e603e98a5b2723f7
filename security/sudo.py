"""Proved themselves minutes ago: what moves the walls asks for the password again; in doubt it asks."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.core import signing
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import escape_leading_slashes, url_has_allowed_host_and_scheme

from security import incidents

View = Callable[..., HttpResponseBase]

LASTS = timedelta(minutes=10)
STAMP = "sudo"  # in the session, so that it dies with it
SALT = "security.sudo"
PASSWORD, TARGET = "sudo_password", "sudo_next"
OWN = (PASSWORD, TARGET, "csrfmiddlewaretoken")
SAFE = ("GET", "HEAD", "OPTIONS")
MOST_FIELDS, MOST_CHARACTERS = 500, 64 * 1024  # of a form that is sent again for its owner
SENTENCE = "This asks for your password again: open the page itself and send it from there."


def stamp(request: HttpRequest) -> None:
    """This session's owner has just proven who they are."""
    request.session[STAMP] = timezone.now().timestamp()


def fresh(request: HttpRequest) -> bool:
    """Whether they did so within the last ten minutes, in this very session."""
    at = request.session.get(STAMP)
    return isinstance(at, float) and 0 <= timezone.now().timestamp() - at < LASTS.total_seconds()


def required(view: View) -> View:
    """What this view changes asks for a fresh proof first. Innermost: whether one may at all is decided before."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return demand(request) or view(request, *args, **kwargs)

    guarded.sudo = True  # type: ignore[attr-defined]  # a test asks every route
    return guarded


def demand(request: HttpRequest) -> HttpResponse | None:
    """The page that asks for the password, for a request that changes something without a fresh proof; else None."""
    if request.method in SAFE:
        return None
    asked = {name for name in OWN[:2] if name in request.POST}
    if asked:  # the browser sent what it was asked on the page before: no view or form shall see it
        request.POST = _without(request.POST, asked)  # type: ignore[assignment]
    if fresh(request):
        return None
    if "HX-Request" in request.headers or not request.accepts("text/html") or request.content_type == "application/json":
        return incidents.answer(request, 403, SENTENCE)
    again = not request.FILES and _fits(request.POST)
    where = {"to": escape_leading_slashes(request.get_full_path()), "again": again}
    return ask(request, signing.dumps(where, salt=SALT), again=again)


def ask(request: HttpRequest, target: str, *, again: bool, error: str = "", status: int = 403) -> HttpResponse:
    """The page itself, what was filled in before kept in it."""
    fields = [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values] if again else []
    context = {"fields": fields, "target": target, "again": again, "error": error}
    return render(request, "security/sudo.html", context, status=status)


def target(request: HttpRequest) -> tuple[str, str, bool]:
    """As sent from that page: the signed target, the address in it and whether the form is sent there again."""
    signed = request.POST.get(TARGET, "")
    try:
        where = signing.loads(signed, salt=SALT)
    except signing.BadSignature:
        raise BadRequest("That target was never ours.") from None
    return signed, str(where["to"]), bool(where["again"])


def go_on(request: HttpRequest, to: str, *, again: bool) -> HttpResponse:
    """307 makes the browser repeat what it sent; only to an address of ours."""
    if not url_has_allowed_host_and_scheme(to, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        raise BadRequest("That target is not ours.")
    return HttpResponseRedirect(to, preserve_request=again)


def _without(fields: QueryDict, names: set[str]) -> QueryDict:
    kept = fields.copy()
    for name in names:
        del kept[name]
    kept._mutable = False  # noqa: SLF001 - as it came
    return kept


def _fits(fields: QueryDict) -> bool:
    pairs = [(name, value) for name, values in fields.lists() for value in values]
    return len(pairs) <= MOST_FIELDS and sum(len(name) + len(value) for name, value in pairs) <= MOST_CHARACTERS
