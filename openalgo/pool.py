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

CAME, END = "came", "end"  # what threads wait for: somebody may be served, or one of them may end
TOGETHER = 0.002  # seconds; results of one turn that are further apart are handed back one by one
MOST_REST = 0.005  # seconds


@dataclass(frozen=True, slots=True)
class _Job:
    call: Callable[[], Any]
    context: contextvars.Context
    future: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


@dataclass(frozen=True, slots=True)
class _Done:
    future: asyncio.Future[Any]
    result: Any
    error: BaseException | None


class Pool:
    """Runs calls in threads that each keep their database connections."""

    def __init__(
        self,
        name: str,
        *,
        threads: int,
        strangers: int | None = None,
        batch: int = 1,
        room: int,
        room_of_one: int,
        orphan: Callable[[Any], None] | None = None,
    ) -> None:
        """`strangers`: turns that they may have at once, else as many as threads; `batch`: of them served in one turn.

        A turn rests as long as it worked, MOST_REST at most, and ends when the event loop took its results:
        so a flood keeps neither the interpreter nor the threads nor the loop to itself.
        `orphan` takes, in the event loop, the result of a call whose caller has left meanwhile.
        """
        self._name, self._size, self._orphan = name, threads, orphan
        self._room: Room[_Job] = Room(room=room, room_of_one=room_of_one, strangers=strangers or threads, batch=batch)
        self._lock = threading.Lock()
        self._calls: SimpleQueue[str] = SimpleQueue()
        self._threads: list[threading.Thread] = []

    def submit(self, who: str, call: Callable[[], Any], *, known: bool = False) -> asyncio.Future[Any]:
        """The call's result to come; raises Full. `known`: who proved themselves lately goes before strangers."""
        job = self._job(call)
        with self._lock:
            self._room.enter(who, job, known=known)
            wake = known or self._room.is_open  # else the end of a stranger's turn wakes a thread for the next
        return self._announce(job, wake=wake)

    def refuses(self, who: str, *, known: bool) -> bool:
        """Would `submit` raise Full now? To be asked before what is costly."""
        with self._lock:
            return self._room.refuses(who, known=known)

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

    def _next(self) -> tuple[list[_Job], bool] | None:
        with self._lock:
            return self._room.pop()

    def _serve(self, jobs: list[_Job], strangers: bool) -> None:  # noqa: FBT001 - as the room hands it out
        done: list[_Done] = []
        began = start = time.monotonic()
        for job in jobs:
            if not job.future.cancelled():
                done.append(_do(job))
            if time.monotonic() - began > TOGETHER:
                self._post(job.loop, done)
                done, began = [], time.monotonic()
        self._post(jobs[-1].loop, done)
        if strangers:
            time.sleep(min(MOST_REST, time.monotonic() - start))
            self._post(jobs[-1].loop, [], end=True)

    def _post(self, loop: asyncio.AbstractEventLoop, done: list[_Done], *, end: bool = False) -> None:
        """Hand results back; `end`: that of a turn of strangers."""
        if not done and not end:
            return
        try:
            loop.call_soon_threadsafe(self._settle, done, end)
        except RuntimeError:  # the loop is closed: nobody waits for an answer any more
            if end:
                self._end_turn()

    def _settle(self, done: list[_Done], end: bool) -> None:  # noqa: FBT001 - through the loop
        if end:
            self._end_turn()
        for each in done:
            if not each.future.cancelled():
                _tell(each)
            elif self._orphan is not None and each.error is None:
                self._orphan(each.result)

    def _end_turn(self) -> None:
        with self._lock:
            waiting = self._room.leave()
        if waiting:
            self._calls.put(CAME)


def _do(job: _Job) -> _Done:
    try:
        return _Done(job.future, job.context.run(job.call), None)
    except BaseException as error:  # noqa: BLE001 - whatever a view raises, its thread lives on
        return _Done(job.future, None, error)


def _tell(done: _Done) -> None:
    if done.error is None:
        done.future.set_result(done.result)
    elif isinstance(done.error, Exception) and not isinstance(done.error, StopIteration):
        done.future.set_exception(done.error)
    else:
        done.future.set_exception(RuntimeError(repr(done.error)))  # what no future takes, or what would end the loop
