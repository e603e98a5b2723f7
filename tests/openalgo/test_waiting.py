"""Who is served next: those who proved themselves lately, then strangers, each subject in its turn."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from openalgo.body import Receive
from openalgo.http import Bridge
from openalgo.waiting import TURNS, Crowd, Full, Line, Room


@pytest.fixture
def room():
    return Room(room=100, room_of_one=50, strangers=100)


def served(room: Room[str]) -> list[str]:
    order = []
    while (found := room.pop()) is not None:
        order += found[0]
    return order


def test_the_turn_goes_round_by_subject():
    line: Line[str] = Line(room=9, room_of_one=9)
    for who in "aaaabc":
        line.enter(who, who)
    assert [line.pop() for _ in range(6)] == ["a", "b", "c", "a", "a", "a"]


def test_an_empty_line_has_nobody():
    line: Line[str] = Line(room=9, room_of_one=9)
    assert (line.pop(), len(line)) == (None, 0)


def test_a_known_caller_goes_before_strangers_that_came_first(room):
    for number in range(20):
        room.enter(f"stranger {number}", "stranger", known=False)
    room.enter("owner", "owner", known=True)
    assert "owner" in served(room)[:2]


def test_strangers_have_a_turn_too(room):
    room.enter("stranger", "stranger", known=False)
    for _ in range(40):
        room.enter("owner", "owner", known=True)
    assert served(room).index("stranger") < TURNS


def test_strangers_hold_only_so_many_threads():
    room: Room[str] = Room(room=9, room_of_one=9, strangers=2)
    for who in "abc":
        room.enter(who, who, known=False)
    assert served(room) == ["a", "b"]
    assert room.leave()  # somebody waits
    assert served(room) == ["c"]
    assert not room.leave()


def test_a_turn_of_strangers_is_several_of_them():
    room: Room[str] = Room(room=9, room_of_one=9, strangers=1, batch=2)
    for who in "abc":
        room.enter(who, who, known=False)
    assert [room.pop(), room.pop()] == [(["a", "b"], True), None]


def test_a_turn_of_known_callers_is_one_of_them():
    room: Room[str] = Room(room=9, room_of_one=9, strangers=1, batch=2)
    for who in "ab":
        room.enter(who, who, known=True)
    assert room.pop() == (["a"], False)


def test_a_line_full_of_strangers_refuses_no_known_caller(room):
    for number in range(100):
        room.enter(f"stranger {number}", "stranger", known=False)
    with pytest.raises(Full):
        room.enter("another", "stranger", known=False)
    room.enter("owner", "owner", known=True)


def test_one_known_subject_may_fill_its_share_only(room):
    for _ in range(50):
        room.enter("owner", "owner", known=True)
    with pytest.raises(Full):
        room.enter("owner", "owner", known=True)
    room.enter("operator", "operator", known=True)


def test_what_was_let_in_before_waits_among_the_known(room):
    for _ in range(100):
        room.enter("owner", "owner", known=True) if len(room) < 50 else room.push("chunk")
    assert sorted(set(served(room))) == ["chunk", "owner"]


def test_a_crowd_of_one_subject_shuts_nobody_else_out():
    crowd = Crowd(2)
    with crowd.place("one"), crowd.place("one"), crowd.place("two"), pytest.raises(Full), crowd.place("one"):
        pass
    assert crowd._there == {}


async def second_request(first: str, second: str) -> int:
    """Its status while another is not over, in a bridge that has room for one of each subject."""
    bridge, heard = Bridge(), list[Any]()
    bridge._present = Crowd(1)

    async def send(message: Any) -> None:
        heard.append(message)

    def ask(who: str, receive: Receive) -> Awaitable[None]:
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/healthz",
            "headers": [],
            "client": (who, 4000),
            "query_string": b"",
        }
        return asyncio.ensure_future(bridge(scope, receive, send))

    never = asyncio.get_running_loop().create_future()
    waiting = ask(first, lambda: never)
    await asyncio.sleep(0)
    await ask(second, _at_once)
    never.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    bridge.stop(seconds=5)
    return int(heard[0]["status"])


async def _at_once() -> Any:
    return {"type": "http.request", "body": b"", "more_body": False}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("second", "refused"), [("203.0.113.9", True), ("198.51.100.7", False)])
def test_who_has_too_many_requests_under_way_is_told_to_wait(second, refused):
    assert (asyncio.run(second_request("203.0.113.9", second)) == 503) is refused
