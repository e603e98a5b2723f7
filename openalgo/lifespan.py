"""What a process starts before its first request and stops after its last; it lets nobody in before it knows the bans."""

import asyncio
import gc

from django.conf import settings

from openalgo.body import App, Receive, Scope, Send
from openalgo.http import Bridge
from security import propagation
from security.background import Runner
from security.ingest import Ingest
from security.propagation import Watcher
from security.pulse import Pulse

STOP_SECONDS = 2.0
COLLECT_AFTER = (2_000, 20, 50)  # objects, young and middle collections


class NotReady(Exception):
    """What decides about callers could not be loaded."""


class Street:
    """The whole server as one ASGI application; where a server knows no lifespan, its first request starts it."""

    def __init__(self, app: App, *, bridge: Bridge) -> None:
        self._app, self.bridge = app, bridge
        self._starting: asyncio.Task[None] | None = None
        self._started = False
        self._threads: list[Watcher | Pulse | Ingest | Runner] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        if not self._started:
            await self.start()
        await self._app(scope, receive, send)

    async def start(self) -> None:
        """Once, however many ask; after a failure the next one tries again. Raises NotReady or a database error."""
        if self._starting is None:
            self._starting = asyncio.create_task(asyncio.to_thread(self._start))
        try:
            await asyncio.shield(self._starting)
        except Exception:
            self._starting = None
            raise
        self._started = True

    async def stop(self) -> None:
        """After the last request: every thread ends, or dies with the process."""
        await asyncio.to_thread(self._stop)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start()
        except Exception as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})

    def _start(self) -> None:
        if not propagation.catch_up():
            raise NotReady("Bans, keys or sessions could not be loaded; the log says why.")
        self._threads = [Watcher(), Pulse(), *([Ingest()] if settings.TRAFFIC_TRAIL else []), Runner()]
        for thread in self._threads:
            thread.start()
        _settle()

    def _stop(self) -> None:
        self.bridge.stop(seconds=STOP_SECONDS)
        for thread in reversed(self._threads):
            thread.stop()


def _settle() -> None:
    """What stands now stays: the collector looks at it no more, which would stop every request for a tenth of a second."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
