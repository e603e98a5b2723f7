"""A fixed number of threads and the room where work waits for them; a full room refuses, it never grows."""

import asyncio
import contextvars
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from django.db import connections


class Full(Exception):
    """Nobody may wait any more, or nobody of this subject."""


@dataclass(frozen=True, slots=True)
class _Job:
    who: str | None
    call: Callable[[], Any]
    context: contextvars.Context
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Pool:
    """Runs calls in threads that each keep their database connections; first come, first served."""

    def __init__(
        self, name: str, *, threads: int, room: int, room_of_one: int, orphan: Callable[[Any], None] | None = None
    ) -> None:
        """`orphan` takes, in the event loop, the result of a call whose caller has left meanwhile."""
        self._name, self._size, self._room, self._room_of_one = name, threads, room, room_of_one
        self._orphan = orphan
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._lock = threading.Lock()
        self._waiting: Counter[str] = Counter()
        self._waiting_in_all = 0
        self._threads: list[threading.Thread] = []

    def submit(self, who: str, call: Callable[[], Any]) -> asyncio.Future[Any]:
        """The call's result to come; raises Full where `who`, or anybody, may not wait any more."""
        with self._lock:
            if self._waiting_in_all >= self._room or self._waiting[who] >= self._room_of_one:
                raise Full
            self._waiting_in_all += 1
            self._waiting[who] += 1
        return self._put(who, call)

    def resume(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        """The same for work that was let in before: it waits its turn but is never refused."""
        return self._put(None, call)

    def stop(self, *, seconds: float) -> None:
        """Let the threads finish what they do, for so long; what hangs longer dies with the process."""
        threads, self._threads = self._threads, []
        for _ in threads:
            self._jobs.put(None)
        end = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _put(self, who: str | None, call: Callable[[], Any]) -> asyncio.Future[Any]:
        if not self._threads:
            self._start()
        loop = asyncio.get_running_loop()
        job = _Job(who, call, contextvars.copy_context(), loop.create_future(), loop)
        self._jobs.put(job)
        return job.future

    def _start(self) -> None:
        names = (f"{self._name}-{number}" for number in range(self._size))
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._leave_room(job.who)
            if not job.future.cancelled():
                self._do(job)
            del job
        connections.close_all()

    def _leave_room(self, who: str | None) -> None:
        if who is None:
            return
        with self._lock:
            self._waiting_in_all -= 1
            self._waiting[who] -= 1
            if not self._waiting[who]:
                del self._waiting[who]

    def _do(self, job: _Job) -> None:
        result, error = None, None
        try:
            result = job.context.run(job.call)
        except BaseException as caught:  # noqa: BLE001 - whatever a view raises, its thread lives on
            error = caught
        try:
            job.loop.call_soon_threadsafe(self._settle, job.future, result, error)
        except RuntimeError:
            return  # the loop is closed: nobody waits for an answer any more

    def _settle(self, future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
        if future.cancelled():
            if self._orphan is not None and error is None:
                self._orphan(result)
        elif error is None:
            future.set_result(result)
        else:
            future.set_exception(error if isinstance(error, Exception) else RuntimeError(repr(error)))
