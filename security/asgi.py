"""The gatehouse: names every caller once and refuses the banned before Django; what it cannot read it does not let in."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from django.utils import timezone

from security import clientip, paths, propagation, refusals, snapshot, trail, unconfigured
from security.clientip import BadForwarding, Caller
from security.meter import meter
from security.refusals import Answer
from security.sockets import ABORT, BANNED, DISCONNECTED, ENDED, STALLED, TOO_MANY, Socket

logger = logging.getLogger(__name__)

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SWEEP_EVERY = 0.5  # seconds between two looks at the open sockets; a move of the sequence is answered at once
REFUSALS_PER_CONNECTION = 300  # on average: to close one costs as much as four refusals
WEBSOCKET_SCHEME = {"http": "ws", "https": "wss"}


class Gatehouse:
    """Wraps the HTTP and the WebSocket application of one process."""

    def __init__(self, *, http: App, websocket: App) -> None:
        clientip.proxies()  # a proxy setting that cannot be used stops the start
        self._http = http
        self._websocket = websocket
        self._sockets: set[Socket] = set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sweeper: asyncio.Task[None] | None = None
        propagation.moved.connect(self._ask_sweep)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            self._loop = asyncio.get_running_loop()  # before the verdict: a ban that comes after it finds where to sweep
        try:
            caller = clientip.resolve(scope)
        except BadForwarding as error:
            return await self._turn_away(scope, send, refusals.unreadable(str(error), path=scope["path"]))
        found = snapshot.verdict(caller.address)
        if found is not None:
            answer = refusals.banned(caller.subject, network=found.network, path=scope["path"])
            return await self._turn_away(scope, send, answer)
        unconfigured.note(caller)
        _name(scope, caller)
        trail.begin()
        if scope["type"] == "http":
            meter.requests += 1
            return await self._http(scope, receive, send)
        return await self._hold(scope, receive, send)

    async def _turn_away(self, scope: Scope, send: Send, answer: Answer) -> None:
        meter.refusals += 1
        headers, kind = answer.headers, "http.response"
        if scope["type"] != "http":
            if "websocket.http.response" not in (scope.get("extensions") or {}):
                return await send({"type": "websocket.close", "code": BANNED})
            kind = "websocket.http.response"
        elif meter.refusals % REFUSALS_PER_CONNECTION == 0:
            headers = [*headers, (b"connection", b"close")]
        await send({"type": f"{kind}.start", "status": answer.status, "headers": headers})
        return await send({"type": f"{kind}.body", "body": answer.body})

    async def _hold(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The application finds the socket in its scope: there it says who is behind it, and may end it."""
        abort = (scope.get("extensions") or {}).get(ABORT, {}).get("call")
        socket = scope["socket"] = Socket(scope["caller"], send, door=_door(scope), abort=abort)
        self._sockets.add(socket)
        self._watch()
        try:
            if socket.arrive():
                await socket.run(self._websocket(scope, receive, socket.send))
            else:
                await _overrun(receive, socket.send)
        finally:
            self._sockets.discard(socket)
            socket.depart()
            trail.closed(scope, status=socket.status, size=socket.sent)

    def _watch(self) -> None:
        """A look now and then finds what ends without any news: expiries, boundaries, readers that stopped to read."""
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.ensure_future(self._sweep_on())

    async def _sweep_on(self) -> None:
        while self._sockets:
            await asyncio.sleep(SWEEP_EVERY)
            self._sweep()

    def _ask_sweep(self, **_: object) -> None:
        """From any thread: look through the open sockets, on their own loop."""
        if self._loop is not None and not self._loop.is_closed():
            with suppress(RuntimeError):  # closed since
                self._loop.call_soon_threadsafe(self._sweep)

    def _sweep(self) -> None:
        now = timezone.now()
        for socket in list(self._sockets):
            if snapshot.verdict(socket.caller.address) is not None:
                socket.kick(BANNED)
            elif socket.stands is not None and not socket.stands(now):
                socket.kick(ENDED)
            elif socket.unwanted:
                socket.kick(DISCONNECTED)
            elif socket.is_stalled():
                socket.kick(STALLED)


async def _overrun(receive: Receive, send: Send) -> None:
    """Accepted, so that the close code is seen; whoever holds so many sockets is told nothing more."""
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.close", "code": TOO_MANY})


def _door(scope: Scope) -> str:
    """Where it knocked: the address, or the port that has but one."""
    path, server = scope["path"], scope.get("server")
    return f"port {server[1]}" if path == "/" and server else paths.redacted(path)[:40]


def _name(scope: Scope, caller: Caller) -> None:
    """Hand on who calls, and the scheme and host that a trusted proxy was asked for."""
    scope["caller"] = caller
    scope["scheme"] = caller.scheme if scope["type"] == "http" else WEBSOCKET_SCHEME[caller.scheme]
    if caller.host is not None:
        others = [(name, value) for name, value in scope["headers"] if name != b"host"]
        scope["headers"] = [*others, (b"host", caller.host.encode())]
