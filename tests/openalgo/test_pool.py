"""The thread pool and its waiting room."""

import asyncio
import threading

import pytest

from openalgo.pool import Pool
from openalgo.waiting import Full
from tests.openalgo.crowding import begun, holding, occupied


def test_it_hands_back_what_a_call_returns(pool):
    async def run() -> object:
        return await pool.submit("one", lambda: threading.current_thread().name)

    assert asyncio.run(run()) == "test-0"


@pytest.mark.parametrize("error", [ValueError("no"), SystemExit(1), StopIteration()])
def test_a_call_that_raises_costs_no_thread(pool, error):
    def fail() -> None:
        raise error

    async def run() -> object:
        with pytest.raises((ValueError, RuntimeError)):
            await pool.submit("one", fail)
        return await pool.submit("one", lambda: "still here")

    assert asyncio.run(run()) == "still here"


def test_one_subject_may_fill_its_share_only(pool, gate):
    def crowd() -> list[asyncio.Future[object]]:
        came = [pool.submit("one", int) for _ in range(2)]
        with pytest.raises(Full):
            pool.submit("one", int)
        return [*came, pool.submit("other", int)]

    occupied(pool, gate, crowd)


def test_the_room_has_an_end_for_all(pool, gate):
    def crowd() -> list[asyncio.Future[object]]:
        came = [pool.submit(who, int) for who in "abcd"]
        with pytest.raises(Full):
            pool.submit("e", int)
        return came

    occupied(pool, gate, crowd)


def test_what_was_let_in_before_is_never_refused(pool, gate):
    occupied(pool, gate, lambda: [pool.resume(int) for _ in range(10)])


def test_first_come_is_first_served(pool, gate):
    order: list[str] = []

    occupied(pool, gate, lambda: [pool.submit(who, lambda who=who: order.append(who)) for who in "abcd"])
    assert order == ["a", "b", "c", "d"]


def test_who_stopped_waiting_is_not_served(pool, gate):
    served: list[int] = []

    def leave() -> list[asyncio.Future[object]]:
        left = pool.submit("one", lambda: served.append(1))
        left.cancel()
        return [left, pool.submit("other", int)]

    occupied(pool, gate, leave)
    assert not served


def test_the_room_is_empty_afterwards(pool, gate):
    occupied(pool, gate, lambda: [pool.submit(who, int) for who in "abcd"])
    assert len(pool._room) == 0


async def abandon(pool: Pool) -> None:
    """Leave while the call runs; it ends afterwards."""
    started, release = threading.Event(), threading.Event()

    def work() -> str:
        started.set()
        release.wait(5)
        return "open file"

    future = pool.submit("one", work)
    await asyncio.to_thread(started.wait, 5)
    future.cancel()
    release.set()
    await pool.resume(int)


def test_a_result_that_nobody_awaits_is_handed_over():
    orphans: list[object] = []
    pool = Pool("test", threads=1, room=1, room_of_one=1, orphan=orphans.append)
    asyncio.run(abandon(pool))
    pool.stop(seconds=5)
    assert orphans == ["open file"]


def test_a_stranger_does_not_wait_for_the_known_caller_who_came_before_them():
    """The thread that served the last stranger is the known caller's now; another has to see to the next stranger."""
    pool = Pool("test", threads=2, strangers=1, room=9, room_of_one=9)
    assert asyncio.run(_served_behind_a_known_caller(pool)) == "served"
    pool.stop(seconds=5)


async def _served_behind_a_known_caller(pool: Pool) -> object:
    gates = [threading.Event() for _ in range(3)]
    stranger = await begun(pool, "stranger", gates[0], known=False)
    first = await begun(pool, "owner", gates[1], known=True)
    running, second = holding(pool, "owner", gates[2], known=True)
    last = pool.submit("another", lambda: "served")
    gates[0].set()
    await running.wait()  # in the stranger's thread
    gates[1].set()
    served = await asyncio.wait_for(last, 5)
    gates[2].set()
    await asyncio.gather(stranger, first, second)
    return served


def test_it_tells_beforehand_whom_it_would_refuse(pool, gate):
    def crowd() -> list[asyncio.Future[object]]:
        came = [pool.submit("one", int) for _ in range(2)]
        assert [pool.refuses("one", known=known) for known in (False, True)] == [True, False]
        assert not pool.refuses("other", known=False)
        return came

    occupied(pool, gate, crowd)


def test_who_was_served_does_not_wait_for_a_slow_one_in_the_same_turn(monkeypatch, gate):
    monkeypatch.setattr("openalgo.pool.TOGETHER", 0.0)
    pool, slow = Pool("test", threads=1, batch=2, room=9, room_of_one=9), threading.Event()

    async def run() -> None:
        busy = await begun(pool, "busy", gate, known=False)
        came = pool.submit("quick", lambda: "served"), pool.submit("slow", lambda: slow.wait(10))
        gate.set()
        assert await asyncio.wait_for(came[0], 5) == "served"
        slow.set()
        await asyncio.gather(busy, came[1])

    asyncio.run(run())
    pool.stop(seconds=5)


def test_a_turn_ends_though_its_loop_is_gone(gate):
    """Nobody waits for those results any more, but the pool serves on."""
    pool = Pool("test", threads=2, strangers=1, room=9, room_of_one=9)

    async def leave() -> None:
        await begun(pool, "busy", gate, known=False)

    async def come() -> object:
        answer = pool.submit("other", lambda: "served")
        gate.set()
        return await asyncio.wait_for(answer, 5)

    asyncio.run(leave())
    assert asyncio.run(come()) == "served"
    pool.stop(seconds=5)
