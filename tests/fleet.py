"""Four real servers on one database: what is done in one of them, and when the three others know."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import httpx

from tests.listener import Listener
from tests.live import Live, environment, manage, start
from tests.owned import PASSWORD

PROCESSES = 4
Look = Callable[[], bool]
Door = AbstractContextManager[Listener]


@dataclass(frozen=True)
class Fleet:
    """`eyes` looks from outside and keeps no cookies: what it is answered depends on what it sends alone."""

    ships: Sequence[Live]
    eyes: httpx.Client

    def parted(self, number: int) -> tuple[Live, list[Live]]:
        """One to act through, each in its turn, and the others."""
        acting = self.ships[number % PROCESSES]
        return acting, [each for each in self.ships if each is not acting]

    def answer(self, servers: Sequence[Live], path: str, status: int, **sent: Any) -> list[Look]:
        """Whether each of them answers so; JSON makes it a POST."""
        method = "POST" if "json" in sent else "GET"

        def look(live: Live) -> Look:
            return lambda: self.eyes.request(method, f"{live.base}{path}", **sent).status_code == status

        return [look(each) for each in servers]


@contextmanager
def serving(env: Mapping[str, str], *, servers: int = PROCESSES) -> Iterator[list[Live]]:
    """Started side by side on the same data; gone when the block ends."""
    with ExitStack() as stack:
        started = [start(env, "manage.py", "serve", "--port", "0", "--ws-port", "0") for _ in range(servers)]
        for live in started:
            stack.callback(live.end)
        for live in started:
            live.base = live.wait_for(r"on (http://\S+)")[1]
        yield started


@contextmanager
def fleet(env: Mapping[str, str]) -> Iterator[Fleet]:
    """Beside an owner whose password all tests know."""
    with ExitStack() as stack:
        prepared = stack.enter_context(environment(env))
        manage("create_owner", "owner", "owner@example.com", env=prepared | {"OWNER_PASSWORD": PASSWORD})
        ships = stack.enter_context(serving(prepared))
        forgetful = CookieJar(DefaultCookiePolicy(allowed_domains=[]))
        yield Fleet(ships, stack.enter_context(httpx.Client(cookies=forgetful, timeout=30)))


@dataclass
class Spread:
    """How many seconds after the act's answer it held, for each look and each socket; with which codes those were closed."""

    http: list[float] = field(default_factory=list)
    sockets: list[float] = field(default_factory=list)
    codes: set[int] = field(default_factory=set)

    def follow(self, act: Callable[[], object], *, looks: Sequence[Look], doors: Sequence[Door] = ()) -> None:
        """Act while somebody listens behind each door, then look one process after the other until all hold."""
        with ExitStack() as stack:
            listeners = [stack.enter_context(door) for door in doors]
            pool = stack.enter_context(ThreadPoolExecutor(len(doors) or 1))
            ends = [pool.submit(_end, each) for each in listeners]
            act()
            answered = time.monotonic()
            self.http += until(looks, since=answered)
            closed = [end.result() for end in ends]
        self.codes |= {code for code, _ in closed}
        self.sockets += [max(0.0, at - answered) for _, at in closed]

    @property
    def longest(self) -> float:
        return max(self.http + self.sockets)

    def __str__(self) -> str:
        return "; ".join(
            f"{name} {_told(seconds)}" for name, seconds in (("HTTP", self.http), ("sockets", self.sockets)) if seconds
        )


def until(looks: Sequence[Look], *, since: float | None = None) -> list[float]:
    """Seconds until each was true. They look one at a time: many at once would slow down what they look at."""
    since = time.monotonic() if since is None else since
    seconds, waiting = [], list(looks)
    while waiting:
        for look in [each for each in waiting if each()]:
            seconds.append(time.monotonic() - since)
            waiting.remove(look)
        assert time.monotonic() - since < 30
    return seconds


def _end(listener: Listener) -> tuple[int, float]:
    return listener.code(), time.monotonic()


def _told(seconds: list[float]) -> str:
    middle, most = (round(1000 * each) for each in (statistics.median(seconds), max(seconds)))
    return f"median {middle} ms, max {most} ms of {len(seconds)}"
