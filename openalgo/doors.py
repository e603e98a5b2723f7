"""The doors for WebSockets, and what plain HTTP is told there; what no door is at is refused as elsewhere."""

from collections.abc import Mapping
from typing import Any, cast

from channels.routing import URLRouter
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.urls import re_path
from django.views.decorators.csrf import csrf_exempt

from brokers.consumers import Pages, Programs, cookie, prover
from openalgo.answers import Answer, full, refusal
from openalgo.body import App, Receive, Scope, Send
from openalgo.delivery import send_whole
from security import aside, incidents, origins, probes, ratelimits, trail
from security.clientip import Caller
from security.ratelimits import Allowed, Refused, Rule, limit

UPGRADE = {"Upgrade": "websocket", "Connection": "upgrade"}


def for_own_pages(app: App) -> App:
    """A browser names the page that asks: only pages of this server are let through, others get 403."""

    async def door(scope: Scope, receive: Receive, send: Send) -> None:
        if origins.is_own(scope):
            await app(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close"})

    return door


async def nowhere(scope: Scope, receive: Receive, send: Send) -> None:
    """No door is here: 404, and one more try of this subject, unless another site's page made its visitor try."""
    await receive()
    if origins.is_foreign(scope):
        await send({"type": "websocket.close"})  # servers make it 403
        return
    try:
        answer = await aside.run_for_stranger(_judged, scope["caller"], scope["path"], cookie(scope))
    except aside.Full:
        answer = full(scope["path"])
    if "websocket.http.response" in (scope.get("extensions") or {}):
        await send({"type": "websocket.http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "websocket.http.response.body", "body": answer.body})
    else:
        await send({"type": "websocket.close"})


def _judged(caller: Caller, path: str, key: str) -> Answer:
    """In a thread: whoever has a live session is charged alone, a stranger's try counts before it is answered."""
    who = prover(key)
    if who is None:
        probes.spoofed(caller)
        probes.unrouted(caller, path)
    return _told(path, ratelimits.no_view(caller, who))


def _told(path: str, outcome: Allowed | Refused) -> Answer:
    if isinstance(outcome, Allowed):
        return refusal(path, 404, "There is nothing at this address.")
    return refusal(path, 429, outcome.sentence, *_lines(outcome.headers()))


def _lines(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]


async def upgrade_required(scope: Scope, receive: Receive, send: Send) -> None:
    """The second port's answer to plain HTTP, all of it."""
    answer = refusal(scope["path"], 426, "This port speaks WebSocket.", *_lines(UPGRADE))
    trail.answered(scope, status=answer.status, size=len(answer.body))
    await send_whole(answer, send)


@login_not_required
@csrf_exempt  # changes nothing, and would tell a program of a form
@limit(Rule.OPEN, audit=())
def knocked(request: HttpRequest) -> HttpResponse:
    """Plain HTTP at a door of the first port: whoever forgot the upgrade is no scanner."""
    return incidents.answer(request, 426, "This address speaks WebSocket.", headers=UPGRADE)


programs: Any = Programs.as_asgi()  # Channels routes ASGI applications by what is made for views
pages: Any = for_own_pages(Pages.as_asgi())
otherwise = re_path(r"", cast("Any", nowhere))

first = URLRouter([re_path(r"^ws/?$", programs), re_path(r"^live/$", pages), otherwise])
second = URLRouter([re_path(r"^$", programs), otherwise])
