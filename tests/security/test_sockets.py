"""Who holds how many sockets, and how one ends that its reader or its standing has left."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from security import policy, sockets
from security.actors import Actor
from security.asgi import Gatehouse
from security.sockets import Crowd, crowd
from tests.wire import HOME, Wire

NAMES = {"user 1": 2, "key a": 1}
SOMEBODY = Actor("owner", credential="key a")


@pytest.fixture
def allow(monkeypatch):
    """Sets limits as the policy would."""
    return lambda **limits: monkeypatch.setattr(policy, "current", lambda: replace(policy.DEFAULTS, **limits))


def test_a_place_is_taken_under_every_name_or_under_none():
    many = Crowd()
    assert many.enter(NAMES)
    assert not many.enter(NAMES)
    assert many.enter({"user 1": 2})
    assert not many.enter({"user 1": 2})


def test_a_place_that_was_left_is_free():
    many = Crowd()
    many.enter(NAMES)
    many.leave("key a")
    assert many.enter(NAMES)


class Room:
    """An application that accepts, says who is behind the socket, and stays."""

    def __init__(self, **standing: Any) -> None:
        self.standing = standing
        self.entered = asyncio.Event()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        if self.standing:
            self.proven = scope["socket"].proven(self.standing["stands"], by=SOMEBODY, places=self.standing["places"])
        self.entered.set()
        await send({"type": "websocket.send", "text": "{}"})
        await asyncio.Event().wait()


async def codes(app: Any, *, visitors: int = 1) -> list[int | None]:
    """How each was closed; None for those that are still open when the last was answered."""
    gate = Gatehouse(http=app, websocket=app)
    wires = [await Wire(gate).accepted() for _ in range(visitors)]
    after = [(await each.next()).get("code") for each in wires]
    for each in wires:
        each.app.cancel()
    await asyncio.wait([each.app for each in wires])
    return after


def test_a_house_that_is_full_closes_the_next_socket(allow):
    allow(sockets_all=2)
    assert asyncio.run(codes(Room(), visitors=3)) == [None, None, 4429]
    assert len(crowd) == 0


@pytest.mark.parametrize("limit", ["sockets_strangers", "strangers_all"])
def test_the_oldest_stranger_makes_way_for_the_newest(allow, limit):
    allow(**{limit: 2})

    async def scene() -> int:
        gate = Gatehouse(http=Room(), websocket=Room())
        wires = [await Wire(gate).accepted() for _ in range(3)]
        code = await wires[0].code()
        for each in wires[1:]:
            each.app.cancel()
        await asyncio.wait([each.app for each in wires])
        return code

    assert asyncio.run(scene()) == 4429
    assert (len(crowd), len(sockets.strangers)) == (0, 0)


async def _proven_among_strangers(room: Room) -> bool:
    gate = Gatehouse(http=room, websocket=room)
    wires = [await Wire(gate).accepted() for _ in range(5)]
    room.standing = {"stands": lambda now: True, "places": {"user 1": 9}}
    wires.append(await Wire(gate).accepted())
    await wires[-1].next()
    for each in wires:
        each.app.cancel()
    await asyncio.wait([each.app for each in wires])
    return bool(room.proven)


def test_strangers_take_no_place_of_those_who_prove_themselves(allow):
    allow(sockets_subject=1)
    assert asyncio.run(_proven_among_strangers(Room()))


def test_who_is_proven_leaves_the_strangers_their_places(allow):
    allow(sockets_strangers=1)
    room = Room(stands=lambda now: True, places={"user 1": 9})
    assert asyncio.run(codes(room, visitors=3)) == [None, None, None]


async def _closed_by_a_look(app: Any) -> int:
    wire = Wire(Gatehouse(http=app, websocket=app))
    async with asyncio.timeout(10):
        code = await wire.code()
        await asyncio.wait([wire.app])
    return code


def test_whoever_does_not_stand_any_more_is_closed_at_the_next_look(monkeypatch):
    monkeypatch.setattr("security.asgi.SWEEP_EVERY", 0.01)
    assert asyncio.run(_closed_by_a_look(Room(stands=lambda now: False, places={}))) == 4401


def test_a_look_asks_with_the_hour_so_that_expiries_are_seen(monkeypatch):
    monkeypatch.setattr("security.asgi.SWEEP_EVERY", 0.01)
    asked: list[Any] = []

    def stands(now: Any) -> bool:
        asked.append(now)
        return len(asked) < 3

    asyncio.run(_closed_by_a_look(Room(stands=stands, places={})))
    assert all(now.tzinfo for now in asked)


async def _stalled() -> tuple[bool, list[str]]:
    """A reader takes nothing: its connection is dropped, since a close would wait for it."""
    stopped, dropped = asyncio.Event(), asyncio.Event()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        await stopped.wait()
        await send({"type": "websocket.send", "text": "{}"})

    wire = Wire(Gatehouse(http=app, websocket=app))
    wire.scope["extensions"] = {sockets.ABORT: {"call": dropped.set}}
    await wire.accepted()
    wire.reads.clear()
    stopped.set()
    async with asyncio.timeout(10):
        await dropped.wait()
        await asyncio.wait([wire.app])
    return wire.app.done(), [message["type"] for message in wire.heard]


def test_a_reader_that_takes_nothing_loses_its_connection(monkeypatch):
    monkeypatch.setattr("security.asgi.SWEEP_EVERY", 0.01)
    monkeypatch.setattr(sockets, "STALL", 0.01)
    monkeypatch.setattr(sockets, "CLOSE_WAIT", 0.01)
    done, heard = asyncio.run(_stalled())
    assert (done, heard) == (True, ["websocket.accept"])


def test_the_crowd_is_counted_by_subject(allow):
    allow(sockets_subject=1)

    async def scene() -> list[str]:
        room = Room()
        gate = Gatehouse(http=room, websocket=room)
        wires = [await Wire(gate, peer=peer).accepted() for peer in (HOME, "203.0.113.9")]
        said = [(await each.next())["type"] for each in wires]
        for each in wires:
            each.app.cancel()
        await asyncio.wait([each.app for each in wires])
        return said

    assert asyncio.run(scene()) == ["websocket.send", "websocket.send"]
