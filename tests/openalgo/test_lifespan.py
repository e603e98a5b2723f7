"""Nobody is let in before the process knows the bans."""

import asyncio
from typing import Any

import pytest

from openalgo import lifespan
from openalgo.lifespan import NotReady, Street
from security import propagation

THREADS = ("Watcher", "Pulse", "Runner")


class Thread:
    """Stands in for each of them: none may go on in other tests."""

    log: list[str] = []

    def start(self) -> None:
        self.log.append("start")

    def stop(self) -> None:
        self.log.append("stop")


class Bridge:
    def stop(self, *, seconds: float) -> None:
        Thread.log.append("bridge")


@pytest.fixture
def street(monkeypatch, settings):
    settings.TRAFFIC_TRAIL = False
    Thread.log = []
    for name in THREADS:
        monkeypatch.setattr(lifespan, name, Thread)
    monkeypatch.setattr(propagation, "catch_up", lambda: True)

    async def app(scope: Any, receive: Any, send: Any) -> None:
        Thread.log.append("served")

    return Street(app, bridge=Bridge())  # type: ignore[arg-type]


async def ask(street: Street, times: int) -> None:
    await asyncio.gather(*(street({"type": "http"}, None, None) for _ in range(times)))  # type: ignore[arg-type]


async def live(street: Street) -> list[Any]:
    """What the server is told between start and end."""
    said: list[Any] = []
    events = iter([{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}])

    async def receive() -> Any:
        return next(events)

    async def send(message: Any) -> None:
        said.append(message["type"])

    await street({"type": "lifespan"}, receive, send)
    return said


def test_without_a_lifespan_the_first_requests_start_it_once(street):
    asyncio.run(ask(street, 3))
    assert Thread.log == ["start"] * len(THREADS) + ["served"] * 3


def test_a_lifespan_starts_it_and_stops_all(street):
    assert asyncio.run(live(street)) == ["lifespan.startup.complete", "lifespan.shutdown.complete"]
    assert Thread.log == ["start"] * len(THREADS) + ["bridge"] + ["stop"] * len(THREADS)


def test_it_serves_nobody_without_the_bans(street, monkeypatch):
    monkeypatch.setattr(propagation, "catch_up", lambda: False)
    with pytest.raises(NotReady):
        asyncio.run(ask(street, 1))
    assert Thread.log == []


def test_after_a_failure_the_next_request_tries_again(street, monkeypatch):
    monkeypatch.setattr(propagation, "catch_up", iter([False, True]).__next__)
    with pytest.raises(NotReady):
        asyncio.run(ask(street, 1))
    asyncio.run(ask(street, 1))
    assert Thread.log[-1] == "served"
