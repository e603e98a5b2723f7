"""Wake-up calls that the sequence moved, by PostgreSQL and Redis; they save time and decide nothing, so a loss is borne."""

import hashlib
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from typing import Any

import psycopg
import redis
from django.conf import settings
from django.db import connection
from redis.backoff import NoBackoff
from redis.retry import Retry

logger = logging.getLogger(__name__)

CHANNEL = "openalgo_sequence"  # the bump notifies it inside its transaction
PATIENCE = 0.5  # seconds a listener waits before it looks whether it should stop
RETRY = 1.0  # seconds until a listener or teller that failed tries again
TIMEOUT = 0.25  # seconds for Redis to answer
NEVER_AGAIN = Retry(NoBackoff(), 0)  # its own way would hold a thread for seconds

Hear = Callable[[float], bool]  # waits so many seconds at most; was there a call?


def sources() -> list["Listener"]:
    """What this installation can be woken by, not yet started; each needs `wake`."""
    found = [Listener("postgresql", _postgresql)] if connection.vendor == "postgresql" else []
    return [*found, Listener("redis", _redis)] if settings.REDIS_URL else found


def tell() -> None:
    """After a commit: call the other processes by Redis, from a thread of its own; PostgreSQL does it by the commit itself."""
    if settings.REDIS_URL:
        _teller(settings.REDIS_URL).news.set()


class Listener:
    """A thread that waits at one source and wakes whoever follows the sequence; it connects again for ever."""

    def __init__(self, name: str, connect: Callable[[], Any]) -> None:
        self.name, self._connect = name, connect
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"hints of {name}", daemon=True)
        self._wake: Callable[[], None] = lambda: None

    def start(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()

    def join(self) -> None:
        self._thread.join()

    def _run(self) -> None:
        well = True
        while not self._stopped.is_set():
            try:
                with self._connect() as hear:
                    if not well:
                        logger.info("%s wakes this process again", self.name)
                    well = True
                    self._wake()  # for what was said while nobody listened
                    self._listen(hear)
            except (psycopg.Error, redis.RedisError, OSError) as error:
                if well:
                    logger.warning("%s does not wake this process any more, it looks by itself: %s", self.name, error)
                well = False
                self._stopped.wait(RETRY)

    def _listen(self, hear: Hear) -> None:
        while not self._stopped.is_set():
            if hear(PATIENCE):
                self._wake()


class _Teller:
    """Publishes in a thread, so that no worker waits for Redis; many changes at once are one call."""

    def __init__(self) -> None:
        self.news = threading.Event()
        threading.Thread(target=self._run, name="teller", daemon=True).start()

    def _run(self) -> None:
        client = _client()
        while self.news.wait():
            self.news.clear()
            try:
                client.publish(_channel(), b"")
            except (redis.RedisError, OSError):
                threading.Event().wait(RETRY)  # what happened meanwhile is one call then


@cache
def _teller(_url: str) -> _Teller:
    return _Teller()


@contextmanager
def _postgresql() -> Iterator[Hear]:
    """A connection of its own, which nothing else waits for."""
    with closing(psycopg.connect(**connection.get_connection_params(), autocommit=True)) as own:
        own.execute(f"LISTEN {CHANNEL}".encode())
        yield lambda seconds: any(True for _ in own.notifies(timeout=seconds, stop_after=1))


@contextmanager
def _redis() -> Iterator[Hear]:
    client: Any = _client()  # its types know nothing of subscriptions
    with closing(client), client.pubsub(ignore_subscribe_messages=True) as heard:
        heard.subscribe(_channel())
        yield lambda seconds: heard.get_message(timeout=seconds) is not None


def _client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=TIMEOUT, socket_timeout=TIMEOUT, retry=NEVER_AGAIN)


def _channel() -> str:
    """Of this database: several installations may share a Redis."""
    place = ":".join(str(connection.settings_dict[name]) for name in ("HOST", "PORT", "NAME"))
    return f"{CHANNEL}:{hashlib.sha256(place.encode()).hexdigest()[:16]}"
