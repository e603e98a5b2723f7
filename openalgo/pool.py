"""A fixed number of threads, and who of those that wait is served next."""

import asyncio
import contextvars
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from typing import Any

from django.db import connections

from openalgo.waiting import Room

CAME, END = "came", "end"  # what threads wait for: somebody came into the room, or one of them may end


@dataclass(frozen=True, slots=True)
class _Job:
    call: Callable[[], Any]
    context: contextvars.Context
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Pool:
    """Runs calls in threads that each keep their database connections."""

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        strangers: int | None = None,
        room: int,
        room_of_one: int,
        orphan: Callable[[Any], None] | None = None,
    ) -> None:
        """`strangers`: threads that they may hold at once, else all.

        `orphan` takes, in the event loop, the result of a call whose caller has left meanwhile.
        """
        self._name, self._size, self._orphan = name, threads, orphan
        self._room: Room[_Job] = Room(room=room, room_of_one=room_of_one, strangers=strangers or threads)
        self._lock = threading.Lock()
        self._calls: SimpleQueue[str] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, who: str, call: Callable[[], Any], *, known: bool = False) -> asyncio.Future[Any]:
        """The call's result to come; raises Full. `known`: who proved themselves lately goes before strangers."""
        job = self._job(call)
        with self._lock:
            self._room.enter(who, job, known=known)
            # Else whoever serves a stranger looks for the next: if that is a known caller, their call wakes another thread.
            wake = known or self._room.is_open
        return self._announce(job, wake=wake)

    def resume(self, call: Callable[[], Any]) -> asyncio.Future[Any]:
        """The same for work that was let in before: it waits its turn but is never refused."""
        job = self._job(call)
        with self._lock:
            self._room.push(job)
        return self._announce(job, wake=True)

    def stop(self, *, seconds: float) -> None:
        """Let the threads finish what they do, for so long; what hangs longer dies with the process."""
        threads, self._threads = self._threads, []
        for _ in threads:
            self._calls.put(END)
        end = time.monotonic() + seconds
        for thread in threads:
            thread.join(max(0.0, end - time.monotonic()))

    def _job(self, call: Callable[[], Any]) -> _Job:
        loop = asyncio.get_running_loop()
        return _Job(call, contextvars.copy_context(), loop.create_future(), loop)

    def _announce(self, job: _Job, *, wake: bool) -> asyncio.Future[Any]:
        if not self._threads:
            self._start()
        if wake:
            self._calls.put(CAME)
        return job.future

    def _start(self) -> None:
        names = (f"{self._name}-{number}" for number in range(self._size))
        self._threads = [threading.Thread(target=self._work, name=name, daemon=True) for name in names]
        for thread in self._threads:
            thread.start()

    def _work(self) -> None:
        while self._calls.get() is CAME:
            while (found := self._next()) is not None:
                self._serve(*found)
                del found
        connections.close_all()

    def _next(self) -> tuple[_Job, bool] | None:
        with self._lock:
            return self._room.pop()

    def _serve(self, job: _Job, stranger: bool) -> None:  # noqa: FBT001 - as the room hands it out
        if not job.future.cancelled():
            self._do(job)
        if stranger:
            with self._lock:
                self._room.leave()

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
