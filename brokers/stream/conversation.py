"""One socket's conversation: what is said in which order, and when it ends; speech, feed and orders are elsewhere."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from channels.consumer import AsyncConsumer, get_handler_name
from channels.exceptions import StopConsumer
from django.utils import timezone

from apiauth import websocket
from apiauth.errors import ApiError
from brokers import registry
from brokers.stream import feeds, frames, speech
from brokers.stream.listener import Listener
from brokers.stream.speech import Code, Misspoken
from security import sockets
from security.actors import Actor
from security.pace import Pace
from security.sockets import Socket, Standing

logger = logging.getLogger(__name__)

LINGER = 0.3  # seconds between an error and the close behind it: programs need them to notice
IDLE = 600.0  # seconds without a subscription and without a message
PACE = 20  # messages a second
MOST_INVALID = 20
LENGTH, LENGTH_A_SECOND = 640 * 1024, 32 * 1024  # characters of a user's messages, over all their sockets
SHORT = 256  # characters: such messages neither count nor wait
LENGTH_OF_STRANGERS = 2048  # characters of one message
BURST = 64  # frames in a row
MALFORMED, QUIET = 4400, 4408  # close codes beside those of security.sockets


@dataclass(frozen=True, slots=True)
class Guest:
    """Who is behind a socket and by what, for as long as they stand; `places` are what they take in the crowd."""

    user_id: int
    username: str
    credential: str
    stands: Standing
    places: dict[str, int]
    operates: Callable[[], bool] = bool  # by keys nobody does


class Stream(AsyncConsumer):  # type: ignore[misc]
    """One socket. It is closed by the gate alone, and cleaned up here whatever ends it."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        self.gate: Socket = scope["socket"]
        self.loop = asyncio.get_running_loop()
        self.listener: Listener | None = None
        self.leaving = False
        self.invalid = 0
        self.heard = self.loop.time()
        self.pace = Pace(PACE, per_second=PACE, at=self.heard)
        self.tasks: list[asyncio.Task[None]] = []
        self.timers: list[asyncio.TimerHandle] = []
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._clean_up()

    async def dispatch(self, message: Any) -> None:
        """Without Channels' look after database connections: a thread hop a message, and none is used here."""
        await getattr(self, get_handler_name(message))(message)

    async def websocket_disconnect(self, _: Any) -> None:
        raise StopConsumer

    async def websocket_receive(self, message: Any) -> None:
        if self.leaving:
            return
        self.heard = self.loop.time()
        try:
            if not self.pace.allows(at=self.heard):
                raise Misspoken(Code.PROCESSING, f"More than {PACE} messages a second.")  # noqa: TRY301
            await self._take_time(len(message.get("text") or ""))
            await self.answer(speech.understand(_read(message)))
        except Misspoken as error:
            await self._complain(error)
        except OSError:
            raise  # the client is gone
        except Exception:
            logger.exception("a message over a socket could not be answered")
            await self.say(frames.error(Code.SERVER, "The server could not answer this."))

    async def _take_time(self, length: int) -> None:
        """What a thousand symbols cost is as long as they are: one user's wait for each other, never others for them."""
        if self.listener is None:
            if length > LENGTH_OF_STRANGERS:
                raise Misspoken(Code.NOT_AUTHENTICATED, f"Authenticate first, in at most {LENGTH_OF_STRANGERS} characters.")
        elif length > SHORT:
            await asyncio.sleep(_lengths(self.listener.user_id, at=self.heard).wait(length, at=self.heard))

    async def answer(self, message: speech.Message) -> None:
        match message:
            case speech.Ping(echo):
                await self.say(frames.pong(echo, at=timezone.now()))
            case speech.Ask("get_supported_brokers"):
                await self.say(frames.supported_brokers(registry.ADAPTERS))
            case speech.Authenticate(key):
                await self.authenticate(key)
            case _ if self.listener is None:
                raise Misspoken(Code.NOT_AUTHENTICATED, "Authenticate first.")
            case _:
                await self._serve(self.listener, message)

    async def authenticate(self, key: object) -> None:
        raise Misspoken(Code.ACTION, "This socket is authenticated already.")

    async def enter(self, guest: Guest) -> None:
        """From here on they may listen."""
        by = Actor(guest.username, id=str(guest.user_id), address=self.gate.caller.address, credential=guest.credential)
        if not self.gate.proven(guest.stands, by=by, places=guest.places):
            await self.dismiss(sockets.TOO_MANY, "You hold as many sockets as you may.")
            return
        feed = feeds.paper
        overrun = lambda: self.gate.kick(sockets.STALLED)  # noqa: E731
        self.listener = listener = Listener(
            user_id=guest.user_id, username=guest.username, feed=feed, overrun=overrun, operates=guest.operates
        )
        self.gate.topics = lambda: len(listener)
        await self.say(frames.welcome(username=guest.username, broker=feed.broker))
        self.tasks.append(asyncio.ensure_future(self._pump(listener)))
        self._arm(IDLE, self._leave_if_idle)

    async def say(self, frame: str) -> None:
        await self.send({"type": "websocket.send", "text": frame})

    async def dismiss(self, code: int, sentence: str) -> None:
        """The sentence, and a moment later the end."""
        self.leaving = True
        await self.say(frames.error(Code.AUTHENTICATION, sentence))
        self._arm(LINGER, lambda: self.gate.kick(code))

    async def _serve(self, listener: Listener, message: speech.Message) -> None:
        broker = listener.feed.broker
        match message:
            case speech.Subscribe(topics, request_id):
                rows = listener.weigh(topics)
                await self.say(frames.subscribed(rows, broker=broker, request_id=request_id))
                await listener.add([topic for topic, refusal in rows if not refusal])
            case speech.Unsubscribe(topics, request_id):
                done, failed = listener.remove(topics)
                await self.say(frames.unsubscribed(done, failed, broker=broker, request_id=request_id))
            case speech.UnsubscribeAll(request_id):
                await self.say(frames.unsubscribed(listener.clear(), [], broker=broker, request_id=request_id))
            case speech.Orders(on, request_id):
                if not listener.follow_orders(on=on):
                    raise Misspoken(Code.PROCESSING, "This socket holds as many subscriptions as it may.")
                await self.say(frames.orders(on=on, request_id=request_id))
            case speech.Counters(on, request_id):
                if not listener.follow_counters(on=on):
                    raise Misspoken(Code.PROCESSING, "Counters are for operators' pages with room for one more subscription.")
                await self.say(frames.watching(on=on, request_id=request_id))
            case speech.Ask():
                await self.say(frames.broker_info(username=listener.username, broker=broker))

    async def _complain(self, error: Misspoken) -> None:
        self.invalid += 1
        await self.say(frames.error(error.code, error.message))
        if self.invalid >= MOST_INVALID:
            self.leaving = True
            self.gate.kick(MALFORMED)

    async def _pump(self, listener: Listener) -> None:
        try:
            while True:
                for _ in range(BURST):
                    await self.say(await listener.outbox.next())
                await asyncio.sleep(0)  # a socket that takes all at once would keep the loop to itself
        except OSError:
            return  # the client is gone; the server says so to the consumer
        except Exception:
            logger.exception("a socket could not be told its news")
            self.gate.kick(1011)

    def _leave_if_idle(self) -> None:
        quiet = self.loop.time() - self.heard
        if self.listener or quiet < IDLE:
            self._arm(IDLE if self.listener else IDLE - quiet, self._leave_if_idle)
        else:
            self.gate.kick(QUIET)

    def _arm(self, seconds: float, call: Any) -> None:
        self.timers = [timer for timer in self.timers if not timer.cancelled() and timer.when() > self.loop.time()]
        self.timers.append(self.loop.call_later(seconds, call))

    def _clean_up(self) -> None:
        for task in self.tasks:
            task.cancel()
        for timer in self.timers:
            timer.cancel()
        if self.listener is not None:
            self.listener.close()


def _read(message: Any) -> dict[str, Any]:
    text = message.get("text")
    if text is None:
        raise Misspoken(Code.JSON, "Only text frames are understood.")
    try:
        return websocket.read(text)
    except ApiError as error:
        raise Misspoken(Code.JSON, error.message) from error


_paces: dict[int, Pace] = {}  # as many as there are users


def _lengths(user_id: int, *, at: float) -> Pace:
    return _paces.setdefault(user_id, Pace(LENGTH, per_second=LENGTH_A_SECOND, at=at))
