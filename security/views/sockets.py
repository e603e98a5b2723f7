"""Sockets that are open now, whichever process holds them, and closing them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from security import actors, disconnects, roster, sudo
from security.addresses import NotAnAddress
from security.audit import Act
from security.ratelimits import Rule, limit
from security.roster import Held
from security.staff import operator_required

PER_PAGE = 50
LONGEST = 100  # characters of what is looked for


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def sockets(request: HttpRequest) -> HttpResponse:
    found, query = roster.standing(), request.GET.get("q", "").strip()[:LONGEST]
    shown = [each for each in found.sockets if _matches(each, query.lower())]
    page = Paginator(shown, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "security/sockets.html", {"page": page, "query": query, "roster": found})


@require_POST
@limit(Rule.PAGE, audit=(Act.SOCKETS_CLOSED,))
@operator_required
@sudo.required
def disconnect(request: HttpRequest) -> HttpResponse:
    """The one named by `id`, or all of the `address`."""
    if socket := request.POST.get("id", ""):
        _one(request, socket)
    else:
        _all_of(request, request.POST.get("address", ""))
    return redirect("sockets")


def _one(request: HttpRequest, socket: str) -> None:
    if found := disconnects.one(socket, by=actors.of(request)):
        messages.success(request, f"Disconnected: {found.who or 'a stranger'} from {found.address}.")
    else:
        messages.info(request, "That socket is closed already.")


def _all_of(request: HttpRequest, address: str) -> None:
    try:
        closed = disconnects.all_of(address, by=actors.of(request))
    except NotAnAddress as error:
        messages.error(request, str(error))
        return
    if closed.ordered:
        messages.success(request, f"Disconnected: all sockets of {closed.subject}.")
    else:
        messages.info(request, f"{closed.subject} holds no socket open.")


def _matches(each: Held, words: str) -> bool:
    told = (each.who, each.credential, each.address, each.subject, each.door, each.process)
    return any(words in text.lower() for text in told)
