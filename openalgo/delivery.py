"""Sends whole answers; a reader that takes nothing for settings.SEND_DEADLINE is cut, never waited for."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from django.conf import settings

from openalgo.answers import CHUNK, Answer
from openalgo.body import Message, Receive, Scope, Send, read_away
from security.sockets import ABORT

Deliver = Callable[[Message], Coroutine[Any, Any, None]]  # asyncio can make a task of it


class Unread(Exception):
    """The client took nothing for settings.SEND_DEADLINE."""


def start(answer: Answer) -> Message:
    return {"type": "http.response.start", "status": answer.status, "headers": answer.headers}


def part(body: bytes, *, more: bool) -> Message:
    return {"type": "http.response.body", "body": body, "more_body": more}


async def send_whole(answer: Answer, send: Send) -> None:
    await send(start(answer))
    body = answer.body
    while len(body) > CHUNK:
        await in_time(send, part(body[:CHUNK], more=True))
        body = body[CHUNK:]
    await send(part(body, more=False))


async def send_refusal(answer: Answer, receive: Receive, send: Send) -> None:
    """The answer to a body nobody will read: its sender is still writing, and loses it if the connection closes now."""
    await send(start(answer))
    await send(part(answer.body, more=True))
    await read_away(receive)
    await send(part(b"", more=False))


async def in_time(send: Send, message: Message) -> None:
    try:
        async with asyncio.timeout(settings.SEND_DEADLINE):
            await send(message)
    except TimeoutError:
        raise Unread from None


async def until_gone(receive: Receive) -> None:
    """Returns when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def cut(scope: Scope, receive: Receive, send: Send) -> None:
    """Drop the connection, so that a broken answer cannot pass for a whole one."""
    drop = scope.get("extensions", {}).get(ABORT, {}).get("call") or _loser(send)
    if drop is None:
        raise asyncio.CancelledError  # ends the request in any server
    drop()
    await until_gone(receive)


def is_over(scope: Scope) -> bool:
    """Has the connection ended under the answer? Its client left, so nobody is to be told."""
    told = scope.get("extensions", {}).get(ABORT, {}).get("is_over")
    return bool(told and told())


def _loser(send: Send) -> Callable[[], None] | None:
    """daphne's `send` carries its request, which can lose the connection; no exception of ours would make it do so."""
    request = next(iter(getattr(send, "args", ())), None)
    return getattr(request, "loseConnection", None)
