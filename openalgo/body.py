"""Reads a request's body before Django sees it: bounded in size, time and memory; beyond a bound it refuses."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager, suppress
from typing import Any

from django.conf import settings

from openalgo.waiting import Full

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

MIB = 1024 * 1024
CLOSE = (b"connection", b"close")
LINGER = 2.0  # seconds in which a refused body is still read away, so that its sender gets to read the refusal


class Gone(Exception):
    """The client left before its request was complete."""


class Refused(Exception):
    """The request is not let in: the status, the sentence and the further headers of its answer."""

    def __init__(self, status: int, sentence: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(sentence)
        self.status, self.sentence, self.headers = status, sentence, headers


def too_large(limit: int) -> Refused:
    return Refused(413, f"A request may carry {limit} bytes at most.", CLOSE)


class Shelf:
    """Counts the bytes of all bodies in memory, so that a thousand open uploads do not fill it."""

    def __init__(self, *, in_all: int = 64 * MIB, of_one: int = 16 * MIB) -> None:
        self._limit, self._limit_of_one = in_all, of_one
        self._held: Counter[str] = Counter()
        self._held_in_all = 0

    @contextmanager
    def place(self, who: str) -> Iterator[Callable[[int], None]]:
        """A function that books so many more bytes for `who` until the block ends; it raises Full beyond the limits."""
        booked = 0

        def book(size: int) -> None:
            nonlocal booked
            if self._held_in_all + size > self._limit or self._held[who] + size > self._limit_of_one:
                raise Full
            booked += size
            self._held_in_all += size
            self._held[who] += size

        try:
            yield book
        finally:
            if booked:
                self._release(who, booked)

    def _release(self, who: str, size: int) -> None:
        self._held_in_all -= size
        self._held[who] -= size
        if not self._held[who]:
            del self._held[who]


async def read(scope: Scope, receive: Receive, book: Callable[[int], None]) -> bytes:
    """The whole body, or Gone, Refused or Full."""
    limit = _limit(scope["path"])
    if _declared_length(scope) > limit:
        raise too_large(limit)
    try:
        async with asyncio.timeout(settings.BODY_DEADLINE):
            return await _collect(receive, book, limit=limit)
    except TimeoutError:
        raise Refused(408, f"The request was not complete after {settings.BODY_DEADLINE:g} s.", CLOSE) from None


def _limit(path: str) -> int:
    if path.startswith(settings.UPLOADS):
        return settings.UPLOAD_LIMIT
    return settings.STRANGERS_FORM_LIMIT if path.startswith(settings.STRANGERS_FORMS) else settings.BODY_LIMIT


async def _collect(receive: Receive, book: Callable[[int], None], *, limit: int) -> bytes:
    parts: list[bytes] = []
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        part = message.get("body", b"")
        more = message.get("more_body", False)
        if part:
            length += len(part)
            if length > limit:
                raise too_large(limit)
            book(len(part))
            parts.append(part)
    return b"".join(parts)


def _declared_length(scope: Scope) -> int:
    """What Content-Length says; 0 where it is missing."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit():
                raise Refused(400, "The length of the request could not be read.", CLOSE)
            return int(value[:20])
    return 0


async def read_away(receive: Receive) -> None:
    """Drop what still comes in, for LINGER seconds at most: a connection closed under a sender loses the answer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER):
            while (await receive()).get("more_body"):
                pass
