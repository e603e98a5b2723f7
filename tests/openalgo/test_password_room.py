"""Forms that check a password wait in a room of their own; nobody else waits for them."""

import asyncio
from collections import Counter
from threading import Event

import pytest

from openalgo.answers import Answer
from openalgo.body import Message
from openalgo.http import PASSWORD_ROOM, PASSWORD_ROOM_OF_ONE, Bridge


class Slow(Bridge):
    """Answers a sent login only once it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = Event(), Event()

    def _respond(self, scope, content):
        if scope["method"] == "POST" and scope["path"] == "/login/":
            self.begun.set()
            self.go.wait(20)
        return Answer(200, [], b"")


@pytest.fixture
def bridge():
    bridge = Slow()
    yield bridge
    bridge.go.set()
    bridge.stop(seconds=20)


async def ask(bridge: Bridge, method: str, path: str, *, who: str = "203.0.113.9", read: list[str] | None = None) -> int:
    sent: list[Message] = []
    scope = {"type": "http", "method": method, "path": path, "headers": [], "client": (who, 1)}

    async def receive() -> dict[str, object]:
        if read is not None:
            read.append(who)
        return {"type": "http.request", "body": b""}

    async def send(message: Message) -> None:
        sent.append(message)

    await bridge(scope, receive, send)
    return int(sent[0]["status"])


async def flood(bridge: Slow, subjects: list[str]) -> tuple[list[int], Counter[int]]:
    """One login runs, the subjects send one more each, and others call meanwhile."""
    logins = [asyncio.create_task(ask(bridge, "POST", "/login/"))]
    await asyncio.to_thread(bridge.begun.wait, 20)
    logins += [asyncio.create_task(ask(bridge, "POST", "/login/", who=who)) for who in subjects]
    others = [await ask(bridge, *call) for call in (("GET", "/login/"), ("POST", "/api/v1/funds"), ("POST", "/keys/"))]
    bridge.go.set()
    return others, Counter(await asyncio.gather(*logins))


def test_nobody_else_waits_for_a_login(bridge):
    others, logins = asyncio.run(flood(bridge, ["203.0.113.9"]))
    assert (others, logins) == ([200, 200, 200], {200: 2})


def test_no_more_logins_wait_than_the_room_holds(bridge):
    _, logins = asyncio.run(flood(bridge, [f"203.0.113.{number}" for number in range(PASSWORD_ROOM + 3)]))
    assert logins == {200: PASSWORD_ROOM + 1, 503: 3}


def test_thirty_two_may_wait_for_the_password_check():
    assert PASSWORD_ROOM == 32


def test_one_address_cannot_fill_the_room(bridge):
    _, logins = asyncio.run(flood(bridge, ["203.0.113.9"] * (PASSWORD_ROOM_OF_ONE + 3)))
    assert logins == {200: PASSWORD_ROOM_OF_ONE + 1, 503: 3}


def test_a_full_room_refuses_before_a_body_is_read(bridge):
    read: list[str] = []

    async def run() -> int:
        first = asyncio.create_task(ask(bridge, "POST", "/login/", read=read))
        await asyncio.to_thread(bridge.begun.wait, 20)
        others = [asyncio.create_task(ask(bridge, "POST", "/login/", read=read)) for _ in range(PASSWORD_ROOM_OF_ONE + 1)]
        refused = await next(asyncio.as_completed(others))
        bridge.go.set()
        await asyncio.gather(first, *others)
        return refused

    assert (asyncio.run(run()), len(read)) == (503, PASSWORD_ROOM_OF_ONE + 1)
