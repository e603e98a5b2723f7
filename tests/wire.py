"""A socket at the gatehouse without a network: what the other side sends and reads, over the ASGI interface."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from django.db import connections

from openalgo import doors
from security.asgi import Gatehouse

PATIENCE = 10.0  # seconds for what should come at once, on a loaded machine
HOME = "198.51.100.7"


class Wire:
    """One connection; `heard` is all that was sent to it, `stalled` makes its reader stop reading."""

    def __init__(
        self, gate: Gatehouse, path: str = "/ws", *, peer: str = HOME, headers: Any = (), answers: bool = True
    ) -> None:
        self.scope = {
            "type": "websocket", "client": (peer, 4000), "scheme": "ws", "path": path, "headers": list(headers),
            "extensions": {"websocket.http.response": {}} if answers else {},
        }  # fmt: skip
        self.heard: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self._news = asyncio.Condition()
        self._sent: asyncio.Queue[Any] = asyncio.Queue()
        self._sent.put_nowait({"type": "websocket.connect"})
        self._read = 0
        self.app = asyncio.ensure_future(gate(self.scope, self._sent.get, self._send))

    async def _send(self, message: Any) -> None:
        await self.reads.wait()
        async with self._news:
            self.heard.append(message)
            self._news.notify_all()

    def say(self, message: Any) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        self._sent.put_nowait({"type": "websocket.receive", "text": text})

    def send_bytes(self, data: bytes) -> None:
        self._sent.put_nowait({"type": "websocket.receive", "bytes": data})

    def hang_up(self) -> None:
        self._sent.put_nowait({"type": "websocket.disconnect", "code": 1005})

    async def next(self) -> Any:
        """The next message to it, as the server's own interface spells it."""
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(lambda: len(self.heard) > self._read)
        self._read += 1
        return self.heard[self._read - 1]

    async def frame(self, kind: str | None = None) -> Any:
        """The next frame, or the next of a type, others skipped; an error has the type "error"."""
        while True:
            message = await self.next()
            assert message["type"] == "websocket.send", message
            found = json.loads(message["text"])
            if kind in (None, found.get("type", "error")):
                return found

    async def code(self) -> int:
        """The close code, other messages skipped."""
        while (message := await self.next())["type"] != "websocket.close":
            pass
        return int(message.get("code", 1000))

    async def ask(self, kind: str | None = None, /, **fields: Any) -> Any:
        self.say(fields)
        return await self.frame(kind)

    async def accepted(self) -> "Wire":
        assert (await self.next())["type"] == "websocket.accept"
        return self

    async def end(self) -> None:
        self.hang_up()
        self.reads.set()
        await asyncio.wait([self.app], timeout=PATIENCE)


@asynccontextmanager
async def house() -> AsyncIterator[Callable[..., Wire]]:
    """A gatehouse with the first port's doors; the wires it hands out end with the block."""
    gate, wires = Gatehouse(http=doors.upgrade_required, websocket=doors.first), []

    def wire(path: str = "/ws", **more: Any) -> Wire:
        wires.append(Wire(gate, path, **more))
        return wires[-1]

    try:
        yield wire
    finally:
        for each in wires:
            await each.end()


def play(scene: Callable[[Callable[..., Wire]], Awaitable[Any]]) -> Any:
    """Run a scene in a house of its own."""

    async def whole() -> Any:
        async with house() as wire, asyncio.timeout(6 * PATIENCE):
            return await scene(wire)

    return asyncio.run(whole())


async def in_thread(call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """As another request would do it."""

    def whole() -> Any:
        try:
            return call(*args, **kwargs)
        finally:
            connections.close_all()

    return await asyncio.to_thread(whole)


async def entered(wire: Wire, key: str) -> Wire:
    """A program that has proven itself."""
    await wire.accepted()
    assert (await wire.ask(action="authenticate", api_key=key))["status"] == "success"
    return wire
