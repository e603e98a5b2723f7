"""The open WebSockets of one process: who holds how many, who still may, and a way to end one; touched on the loop only."""

import asyncio
import logging
import secrets
from collections import Counter
from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from security import policy
from security.actors import Actor
from security.clientip import Caller

logger = logging.getLogger(__name__)

Send = Callable[[Any], Awaitable[None]]
Standing = Callable[[datetime], bool]

OPEN, REFUSED = 101, 403  # what a handshake is answered
ENDED, BANNED, STALLED, DISCONNECTED, TOO_MANY = 4401, 4403, 4408, 4410, 4429  # close codes
CLOSE_WAIT = 1.0  # seconds a close frame may wait for its reader
STALL = 10.0  # seconds a frame may wait for its reader
ABORT = "openalgo.abort"  # the ASGI extension by which `serve` lets an application drop the connection


class Crowd:
    """Counts sockets by the names they go by."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()

    def enter(self, places: Mapping[str, int]) -> bool:
        """Take one place under each name, or none at all where one of them is full."""
        if any(self._held[name] >= most for name, most in places.items()):
            return False
        self._held.update(places.keys())
        return True

    def held(self, name: str) -> int:
        return self._held[name]

    def leave(self, name: str) -> None:
        self._held[name] -= 1
        if not self._held[name]:
            del self._held[name]

    def __len__(self) -> int:
        return len(self._held)


crowd = Crowd()
strangers: dict["Socket", None] = {}  # oldest first
_held: dict[str, "Socket"] = {}  # all, oldest first


class Socket:
    """One open WebSocket: its caller, its places in the crowd, and a way to end it from outside the application."""

    def __init__(self, caller: Caller, send: Send, *, door: str = "", abort: Callable[[], None] | None = None) -> None:
        self.id = secrets.token_hex(8)
        self.caller, self.door, self.since = caller, door, timezone.now()
        self.by: Actor | None = None  # who is behind it, once that is proven
        self.topics: Callable[[], int] = int  # how much its application subscribed to
        self.unwanted = False  # an operator wants it closed
        self.stands: Standing | None = None  # set by the application that knows who is behind the socket
        self.status = 0  # what it was refused or closed with; 101 where the other side left, 0 before there was an answer
        self.sent = 0  # characters or bytes
        self._send, self._abort = send, abort
        self._places: list[str] = []
        self._blocked: dict[int, float] = {}  # sends that wait, and since when on the loop's clock
        self._number = 0
        self._closing: asyncio.Task[None] | None = None
        self._app: asyncio.Task[None] | None = None
        self._loop = asyncio.get_running_loop()

    def arrive(self) -> bool:
        """A stranger's place; where there is none the oldest stranger makes way. False: the house is full of others."""
        most = policy.current()
        if crowd.held(self._stranger) >= most.sockets_strangers:
            _make_way(self._stranger)
        elif len(strangers) >= most.strangers_all:
            _make_way()
        if not self._take({"all": most.sockets_all, self._stranger: most.sockets_strangers}):
            return False
        strangers[self], _held[self.id] = None, self
        return True

    def proven(self, standing: Standing, *, by: Actor, places: Mapping[str, int]) -> bool:
        """Somebody is behind it, as long as `standing` says so; False: they hold as many sockets as they may."""
        if self not in strangers or not self._take({self._subject: policy.current().sockets_subject, **places}):
            return False
        del strangers[self]
        self._leave(self._stranger)
        self.stands, self.by = standing, by
        return True

    def depart(self) -> None:
        _held.pop(self.id, None)
        strangers.pop(self, None)
        for name in self._places:
            crowd.leave(name)
        self._places.clear()

    async def send(self, message: Any) -> None:
        """What the application sends; dropped once the socket is being closed over its head."""
        if self._closing is not None:
            return
        self._note(message)
        self._number += 1
        number = self._number
        self._blocked[number] = self._loop.time()
        try:
            await self._send(message)
        finally:
            del self._blocked[number]

    def is_stalled(self) -> bool:
        """Has a frame waited too long for its reader?"""
        return bool(self._blocked) and self._loop.time() - next(iter(self._blocked.values())) > STALL

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
            self.status = code
            self._closing = asyncio.ensure_future(self._close(code))

    def _note(self, message: Any) -> None:
        match message["type"]:
            case "websocket.send":
                self.sent += len(message.get("text") or message.get("bytes") or "")
            case "websocket.accept":
                self.status = OPEN
            case "websocket.http.response.start":
                self.status = message["status"]
            case "websocket.close" if self.status in (0, OPEN):
                self.status = message.get("code", 1000) if self.status else REFUSED

    async def _close(self, code: int) -> None:
        """Say goodbye; a reader that does not take it within a second loses the application and the connection."""
        try:
            async with asyncio.timeout(CLOSE_WAIT):
                await self._send({"type": "websocket.close", "code": code})
        except TimeoutError:
            if self._abort is not None:
                self._abort()  # an ordinary close would wait for the reader to empty its buffer
        except Exception:
            logger.debug("a socket could not be closed in order", exc_info=True)
        finally:
            if self._app is not None:
                self._app.cancel()

    @property
    def _subject(self) -> str:
        return f"subject {self.caller.subject}"

    @property
    def _stranger(self) -> str:
        return f"stranger {self.caller.subject}"

    def _take(self, places: Mapping[str, int]) -> bool:
        if not crowd.enter(places):
            return False
        self._places.extend(places)
        return True

    def _leave(self, name: str) -> None:
        self._places.remove(name)
        crowd.leave(name)


def held() -> list[Socket]:
    """All that are open in this process, oldest first; from any thread."""
    return list(_held.values())


def unwanted(*, ids: Collection[str], subjects: Collection[str]) -> None:
    """The next look closes those of these names; from any thread."""
    for each in held():
        if each.id in ids or each.caller.subject in subjects:
            each.unwanted = True


def _make_way(name: str | None = None) -> None:
    """The oldest stranger, or the oldest that goes by this name, leaves at once: held for nothing, a place shuts nobody out."""
    oldest = next(each for each in strangers if name is None or name in each._places)  # noqa: SLF001 - a socket's own room
    oldest.depart()
    oldest.kick(TOO_MANY)
