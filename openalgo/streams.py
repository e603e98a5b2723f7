"""Runs answers that are streamed: each ends when it is through, its client leaves, nobody reads, or the server stops."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial

from django.conf import settings

from openalgo.answers import CHUNK, FileAnswer, StreamAnswer
from openalgo.body import Message, Receive
from openalgo.delivery import Deliver, in_time, part, start, until_gone
from openalgo.pool import Pool

THREADS, ROOM, ROOM_OF_ONE = 4, 16, 4


class Left(Exception):
    """Nobody wants the rest of this stream."""


class Streams:
    """Generators have a small pool of their own, a thread each; files borrow a request thread for each chunk."""

    def __init__(self, *, files: Pool) -> None:
        self._files = files
        self._pool = Pool("stream", threads=THREADS, room=ROOM, room_of_one=ROOM_OF_ONE)
        self._ends: set[asyncio.Future[None]] = set()

    async def send(self, answer: FileAnswer | StreamAnswer, *, who: str, receive: Receive, send: Deliver) -> None:
        """Raises Full before anything was sent, Unread or what the generator raised in mid-stream."""
        if isinstance(answer, FileAnswer):
            task = asyncio.ensure_future(_send_file(answer, send, self._files))
            await self._follow(task, task.cancel, receive)
        else:
            pump = Pump(answer, send)
            await self._follow(self._pool.submit(who, pump), pump.leave, receive)

    def end(self) -> None:
        """Break off what still runs."""
        for end in self._ends:
            if not end.done():
                end.set_result(None)

    def stop(self, *, seconds: float) -> None:
        self._pool.stop(seconds=seconds)

    async def _follow(self, work: asyncio.Future[None], leave: Callable[[], object], receive: Receive) -> None:
        gone = asyncio.ensure_future(until_gone(receive))
        end: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._ends.add(end)
        try:
            await asyncio.wait({work, gone, end}, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            leave()
            gone.cancel()
            self._ends.discard(end)


async def _send_file(answer: FileAnswer, send: Deliver, pool: Pool) -> None:
    """A slow reader holds no thread; the file is closed in the pool, however this ends."""
    try:
        await send(start(answer))
        chunk = answer.body
        while chunk:
            await in_time(send, part(chunk, more=True))
            chunk = await pool.resume(partial(next, answer.rest, b""))
        await send(part(b"", more=False))
    finally:
        pool.resume(answer.response.close)


class Pump:
    """Runs a generator in a thread and hands each chunk to the event loop before it asks for the next."""

    def __init__(self, answer: StreamAnswer, send: Deliver) -> None:
        self._answer, self._send = answer, send
        self._loop = asyncio.get_running_loop()
        self._left = False

    def leave(self) -> None:
        """Stop at the next chunk."""
        self._left = True

    def __call__(self) -> None:
        self._answer.context.run(self._run)

    def _run(self) -> None:
        try:
            self._tell(start(self._answer))
            for chunk in self._chunks():
                self._tell(part(chunk, more=True))
            self._tell(part(b"", more=False))
        except Left:
            return
        finally:
            self._answer.response.close()

    def _chunks(self) -> Iterator[bytes]:
        for whole in self._answer.response:
            for position in range(0, len(whole), CHUNK):
                yield whole[position : position + CHUNK]

    def _tell(self, message: Message) -> None:
        if self._left:
            raise Left
        told = asyncio.run_coroutine_threadsafe(in_time(self._send, message), self._loop)
        told.result(settings.SEND_DEADLINE * 2)
