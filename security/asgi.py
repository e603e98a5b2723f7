"""The gatehouse: names every caller once and refuses the banned before Django; what it cannot read it does not let in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from security import bans, clientip, refusals
from security.clientip import BadForwarding, Caller
from security.refusals import Answer

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

BANNED_CODE = 4403
CLOSE_WAIT = 1.0  # seconds a close frame may wait for its reader
REFUSALS_PER_CONNECTION = 100
MAX_CONNECTIONS = 10_000
WEBSOCKET_SCHEME = {"http": "ws", "https": "wss"}


class Gatehouse:
    """Wraps the HTTP and the WebSocket application of one process."""

    def __init__(self, *, http: App, websocket: App) -> None:
        clientip.proxies()  # a proxy setting that cannot be used stops the start
        self._http = http
        self._websocket = websocket
        self._knocks: dict[tuple[str, int], int] = {}
        self._sockets: set[Socket] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        bans.changed.connect(self._ask_sweep)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            self._loop = asyncio.get_running_loop()  # before the verdict: a ban that comes after it finds where to sweep
        try:
            caller = clientip.resolve(scope)
        except BadForwarding as error:
            return await self._turn_away(scope, send, refusals.unreadable(str(error), path=scope["path"]))
        found = bans.verdict(caller.address)
        if found is not None:
            return await self._turn_away(scope, send, refusals.banned(found.network, path=scope["path"]))
        _name(scope, caller)
        if scope["type"] == "http":
            return await self._http(scope, receive, send)
        return await self._hold(scope, receive, send)

    async def _turn_away(self, scope: Scope, send: Send, answer: Answer) -> None:
        if scope["type"] == "http":
            await _send(send, "http.response", answer, close=self._worn_out(scope))
        elif "websocket.http.response" in (scope.get("extensions") or {}):
            await _send(send, "websocket.http.response", answer, close=False)
        else:
            await send({"type": "websocket.close", "code": BANNED_CODE})

    def _worn_out(self, scope: Scope) -> bool:
        """Has this connection been refused a hundred times? Closing costs four refusals, so it is not done before."""
        client = tuple(scope.get("client") or ("", 0))
        knocks = self._knocks.pop(client, 0) + 1
        if knocks >= REFUSALS_PER_CONNECTION:
            return True
        if len(self._knocks) >= MAX_CONNECTIONS:
            self._knocks.pop(next(iter(self._knocks)))
        self._knocks[client] = knocks
        return False

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        socket = Socket(scope["caller"], send)
        self._sockets.add(socket)
        try:
            await socket.run(self._websocket(scope, receive, socket.send))
        finally:
            self._sockets.discard(socket)

    def _ask_sweep(self, **_: object) -> None:
        """From any thread: look through the open sockets, on their own loop."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._sweep)

    def _sweep(self) -> None:
        for socket in [each for each in self._sockets if bans.verdict(each.caller.address) is not None]:
            socket.kick(BANNED_CODE)


class Socket:
    """One open WebSocket: its caller, and a way to end it from outside the application."""

    def __init__(self, caller: Caller, send: Send) -> None:
        self.caller = caller
        self._send = send
        self._closing: asyncio.Task[None] | None = None
        self._app: asyncio.Task[None] | None = None

    async def send(self, message: Message) -> None:
        """What the application sends; dropped once the socket is being closed over its head."""
        if self._closing is None:
            await self._send(message)

    async def run(self, app: Awaitable[None]) -> None:
        self._app = asyncio.ensure_future(app)
        try:
            await self._app
        except asyncio.CancelledError:
            if self._closing is None or not self._app.cancelled():
                self._app.cancel()
                raise

    def kick(self, code: int) -> None:
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close(code))

    async def _close(self, code: int) -> None:
        """Say goodbye; a reader that does not take it within a second loses the application, and with it the connection."""
        try:
            async with asyncio.timeout(CLOSE_WAIT):
                await self._send({"type": "websocket.close", "code": code})
        except Exception:
            logger.debug("a socket could not be closed in order", exc_info=True)
        finally:
            if self._app is not None:
                self._app.cancel()


def _name(scope: Scope, caller: Caller) -> None:
    """Hand on who calls, and the scheme and host that a trusted proxy was asked for."""
    scope["caller"] = caller
    scope["scheme"] = caller.scheme if scope["type"] == "http" else WEBSOCKET_SCHEME[caller.scheme]
    if caller.host is not None:
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [*others, (b"host", caller.host.encode())]


async def _send(send: Send, kind: str, answer: Answer, *, close: bool) -> None:
    headers = [(b"content-type", answer.content_type), (b"content-length", str(len(answer.body)).encode())]
    if close:
        headers.append((b"connection", b"close"))
    await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
    await send({"type": f"{kind}.body", "body": answer.body})
