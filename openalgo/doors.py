"""The doors for WebSockets, and the second port's answer to plain HTTP; what no door is at is refused as elsewhere."""

from typing import Any, cast

from channels.routing import URLRouter
from django.urls import re_path

from brokers.consumers import Pages, Programs
from openalgo.answers import refusal
from openalgo.body import App, Receive, Scope, Send
from openalgo.delivery import send_whole
from security import aside, origins, probes


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
    if origins.is_foreign(scope) or "websocket.http.response" not in (scope.get("extensions") or {}):
        await send({"type": "websocket.close"})  # servers make it 403
    else:
        answer = refusal(scope["path"], 404, "There is nothing at this address.")
        await send({"type": "websocket.http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "websocket.http.response.body", "body": answer.body})
    if not origins.is_foreign(scope):
        await aside.run(probes.unrouted, scope["caller"], scope["path"])


async def upgrade_required(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"upgrade", b"websocket"), (b"connection", b"upgrade")]
    await send_whole(refusal(scope["path"], 426, "This port speaks WebSocket.", *headers), send)


programs: Any = Programs.as_asgi()  # Channels routes ASGI applications by what is made for views
pages: Any = for_own_pages(Pages.as_asgi())
otherwise = re_path(r"", cast("Any", nowhere))

first = URLRouter([re_path(r"^ws/?$", programs), re_path(r"^live/$", pages), otherwise])
second = URLRouter([re_path(r"^$", programs), otherwise])
