"""The bridge: an ASGI request in, one hop to a thread that runs synchronous Django, the answer out."""

import dataclasses
import logging
from functools import partial
from io import BytesIO

from django.conf import settings
from django.core.cache import caches
from django.core.handlers.asgi import ASGIRequest, get_script_prefix
from django.core.handlers.base import BaseHandler
from django.core.signals import request_finished, request_started
from django.urls import set_script_prefix

from openalgo import answers, body, delivery, parameters
from openalgo.answers import Answer, FileAnswer, StreamAnswer, refusal
from openalgo.body import Gone, Message, Receive, Refused, Scope, Send
from openalgo.pool import Pool
from openalgo.streams import Streams
from openalgo.waiting import Crowd, Full
from security import proofs, trail

logger = logging.getLogger(__name__)

ROOM, ROOM_OF_ONE = 256, 128  # requests that may wait for a thread: in all, and of one subject
STRANGERS = 1  # turns they may have at once: with one interpreter lock more would be no faster, and would hold up the loop
BATCH = 4  # of them in a turn: with one each would cost a change of threads, with eight others wait for the loop twice as long
PRESENT, COMING = 256, 64  # requests of one subject that are not over: in all, and whose body is not complete
PASSWORD_ROOM, PASSWORD_ROOM_OF_ONE = 32, 8  # the same for forms that check a password


class Bridge(BaseHandler):
    """Django's synchronous handler as an ASGI application."""

    def __init__(self) -> None:
        super().__init__()
        self.load_middleware(is_async=False)
        self._pool = Pool(
            "request", threads=settings.THREADS, strangers=STRANGERS, batch=BATCH,
            room=ROOM, room_of_one=ROOM_OF_ONE, orphan=self._discard,
        )  # fmt: skip
        # Argon2 is slow on purpose: who waits for it must not hold a thread that others need.
        self._passwords = Pool(
            "password", threads=1, room=PASSWORD_ROOM, room_of_one=PASSWORD_ROOM_OF_ONE, orphan=self._discard
        )
        self._streams = Streams(files=self._pool)
        self._present, self._coming = Crowd(PRESENT), Crowd(COMING)
        self._shelf = body.Shelf()
        self._caches = {alias: caches[alias] for alias in settings.CACHES}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with self._present.place(_subject(scope)):
                await self._serve(scope, receive, send)
        except Full:
            answer = answers.full(scope["path"])
            trail.answered(scope, status=answer.status, size=len(answer.body))
            await delivery.send_whole(answer, send)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def deliver(message: Message) -> None:
            await send(message)  # through a coroutine of our own: some servers' send is none

        try:
            answer = await self._answer(scope, receive)
        except Gone:
            return
        try:
            await self._send(answer, scope=scope, receive=receive, send=deliver)
        except delivery.Unread:
            await delivery.cut(scope, receive, send)
        except Exception:
            if delivery.is_over(scope):
                return  # a client that leaves again and again must not fill the log with it
            logger.exception("%r broke off in mid-answer", scope["path"])
            await delivery.cut(scope, receive, send)

    def end_streams(self) -> None:
        """Break off the streams that still run, so that they do not hold up the end of the process."""
        self._streams.end()

    def stop(self, *, seconds: float) -> None:
        """Let the threads finish; called when no more requests come in."""
        self._streams.stop(seconds=seconds)
        self._pool.stop(seconds=seconds)
        self._passwords.stop(seconds=seconds)

    async def _answer(self, scope: Scope, receive: Receive) -> Answer:
        path = scope["path"]
        try:
            return await self._let_in(scope, receive, who=_subject(scope))
        except Refused as refused:
            answer = refusal(path, refused.status, refused.sentence, *refused.headers)
        except Full:
            answer = answers.full(path)
        except Gone:
            raise
        except Exception:
            incident = trail.incident()
            logger.exception("incident %s: %r could not be answered", incident, path)  # a line break in it would begin a line
            answer = refusal(path, 500, f"Something went wrong on our side (incident {incident}).")
        trail.answered(scope, status=answer.status, size=len(answer.body))
        return answer

    async def _let_in(self, scope: Scope, receive: Receive, *, who: str) -> Answer:
        pool, known = self._passwords if _checks_password(scope) else self._pool, proofs.is_met(who)
        if pool.refuses(who, known=known):
            raise Full  # a flood meets this most of all: before its bodies are read
        parameters.check(scope)
        with self._shelf.place(who) as book:
            with self._coming.place(who):
                content = await body.read(scope, receive, book)
            trail.arrived()
            answer: Answer = await pool.submit(who, partial(self._respond, scope, content), known=known)
            return answer

    def _respond(self, scope: Scope, content: bytes) -> Answer:
        """In a worker thread: all that Django does for this request."""
        set_script_prefix(get_script_prefix(scope))
        for alias, cache in self._caches.items():
            caches[alias] = cache  # else every request's context makes caches, and their connections, of its own
        request_started.send(sender=type(self), scope=scope)
        try:
            request = _request(scope, content)
            response = self.get_response(request)
        except BaseException:
            request_finished.send(sender=type(self))
            raise
        response._handler_class = type(self)  # type: ignore[attr-defined]  # noqa: SLF001 - the sender of request_finished
        answer = answers.of(response, method=scope["method"], path=scope["path"])
        trail.answered(scope, status=answer.status, size=answers.length(answer), match=request.resolver_match)
        return answer

    async def _send(self, answer: Answer, *, scope: Scope, receive: Receive, send: delivery.Deliver) -> None:
        if isinstance(answer, FileAnswer | StreamAnswer):
            try:
                await self._streams.send(answer, who=_subject(scope), receive=receive, send=send)
            except Full:
                self._discard(answer)
                await delivery.send_whole(answers.full(scope["path"]), send)
            return
        if scope["method"] == "HEAD":
            answer = dataclasses.replace(answer, body=b"")
        if answer.status == 413 and body.CLOSE in answer.headers:
            await delivery.send_refusal(answer, receive, send)
        else:
            await delivery.send_whole(answer, send)

    def _discard(self, answer: Answer) -> None:
        """Close what nobody will read, in a thread."""
        if isinstance(answer, FileAnswer | StreamAnswer):
            self._pool.resume(answer.response.close)


def _checks_password(scope: Scope) -> bool:
    return bool(scope["method"] == "POST" and scope["path"].startswith(settings.PASSWORD_FORMS))


def _subject(scope: Scope) -> str:
    caller = scope.get("caller")
    if caller is not None:
        return str(caller.subject)
    client = scope.get("client")
    return str(client[0]) if client else ""


def _request(scope: Scope, content: bytes) -> ASGIRequest:
    try:
        request = ASGIRequest(scope, BytesIO(content))
    except UnicodeDecodeError:
        raise _unreadable() from None
    request.META["CONTENT_LENGTH"] = str(len(content))  # a chunked body has none, and parsers go by it
    if (caller := scope.get("caller")) is not None:
        request.META["REMOTE_ADDR"] = request.META["REMOTE_HOST"] = caller.address
    return request


def _unreadable() -> Refused:
    return Refused(400, "The address could not be read.")
