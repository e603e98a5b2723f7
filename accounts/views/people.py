"""Operators' pages on people: whose sessions live, and how they came and went."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts import activity, attendance
from accounts.activity import Kind
from accounts.attendance import HANDLE
from security import actors, durations, guessers, policy, sudo
from security.audit import Act
from security.paging import Misasked
from security.ratelimits import Rule, limit
from security.staff import operator_required

LONGEST = 100  # characters of what is looked for


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def sessions(request: HttpRequest) -> HttpResponse:
    query, before = _query(request), request.GET.get("before", "")
    context = {
        "page": attendance.page(query, before=before),
        "query": query,
        "before": before,
        "total": attendance.live().count(),
        "own": _own(request),
    }
    return render(request, "accounts/sessions.html", context)


@require_POST
@limit(Rule.PAGE, audit=(Act.SESSIONS_ENDED,))
@operator_required
@sudo.required
def end(request: HttpRequest) -> HttpResponse:
    """The one named by `session`, or all of the `user`; never the one that asks."""
    if "session" in request.POST:
        _end_one(request, request.POST["session"])
    else:
        _end_all(request, request.POST.get("user", "").replace("\0", ""))
    return redirect("sessions")


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def logins(request: HttpRequest) -> HttpResponse:
    wanted, before, query = request.GET.get("kind", ""), request.GET.get("before", ""), _query(request)
    kind = Kind(wanted) if wanted in Kind.values else Kind.ALL
    try:
        page = activity.page(kind, query=query, before=before)
    except Misasked as error:
        raise BadRequest(str(error)) from error
    context = {
        "page": page,
        "query": query,
        "before": before,
        "kind": kind,
        "kinds": Kind.choices,
        "guessers": guessers.guessers(),
        "half_life": durations.told(timedelta(seconds=policy.current().guess_half_life)),
    }
    return render(request, "accounts/logins.html", context)


def _end_one(request: HttpRequest, handle: str) -> None:
    if handle == _own(request):
        messages.info(request, "That is the session you are in: log out to end it.")
    elif found := attendance.end_one(handle, by=actors.of(request), own=_digest(request)):
        messages.success(request, f"Ended: a session of {found.user} from {found.address}.")
    else:
        messages.info(request, "That session has ended already.")


def _end_all(request: HttpRequest, username: str) -> None:
    count = attendance.end_all(username, by=actors.of(request), own=_digest(request))
    if count:
        messages.success(request, f"Ended: {count} session{'' if count == 1 else 's'} of {username}.")
    else:
        messages.info(request, "No session was left to end.")


def _query(request: HttpRequest) -> str:
    return request.GET.get("q", "").replace("\0", "").strip()[:LONGEST]


def _digest(request: HttpRequest) -> str:
    return str(getattr(request.session, "digest", ""))


def _own(request: HttpRequest) -> str:
    return _digest(request)[:HANDLE]
