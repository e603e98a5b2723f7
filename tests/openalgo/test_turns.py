"""The turns in which a pool serves strangers."""

import asyncio
import threading
from types import SimpleNamespace

from openalgo.pool import MOST_REST, Pool
from openalgo.waiting import TURNS
from tests.openalgo.crowding import begun, occupied


def test_strangers_have_no_next_turn_before_the_loop_took_their_results(pool, gate):
    served, all_known = list[str](), threading.Event()

    def crowd() -> list[asyncio.Future[object]]:
        came = [pool.submit("stranger", lambda: served.append("stranger"))]
        came += [pool.resume(lambda: served.append("known")) for _ in range(2 * TURNS)]
        came.append(pool.resume(all_known.set))
        gate.set()
        all_known.wait(10)  # the loop stands still; some of so many turns would have been the stranger's
        assert served == ["known"] * 2 * TURNS
        return came

    occupied(pool, gate, crowd)
    assert served[-1] == "stranger"


def test_strangers_rest_between_two_turns_while_others_are_served(monkeypatch, gate):
    known_is_served = threading.Event()
    monkeypatch.setattr("openalgo.pool.time.sleep", lambda _: known_is_served.wait(10))
    assert asyncio.run(_served_about_a_rest(gate, known_is_served)) == ["known", "stranger"]


async def _served_about_a_rest(gate: threading.Event, known_is_served: threading.Event) -> list[str]:
    pool, served = Pool("test", threads=2, strangers=1, room=9, room_of_one=9), list[str]()
    first = await begun(pool, "first", gate, known=False)
    second = pool.submit("second", lambda: served.append("stranger"))
    gate.set()
    await first
    await pool.submit("owner", lambda: served.append("known"), known=True)
    known_is_served.set()
    await second
    await asyncio.to_thread(pool.stop, seconds=5)
    return served


class Clock(SimpleNamespace):
    """Stands in for `time`: it says what it is told to, and keeps how long somebody meant to sleep."""

    def __init__(self, *says: float) -> None:
        says_on, self.rests, self.rested = iter(says), list[float](), threading.Event()
        super().__init__(monotonic=lambda: next(says_on, 9.0))

    def sleep(self, seconds: float) -> None:
        self.rests.append(seconds)
        if len(self.rests) == 2:
            self.rested.set()


def test_a_turn_of_strangers_rests_as_long_as_it_took_but_never_long(monkeypatch):
    clock = Clock(0.0, 0.001, 0.001, 1.0, 2.0, 2.0, 2.0)
    monkeypatch.setattr("openalgo.pool.time", clock)
    pool = Pool("test", threads=1, strangers=1, room=9, room_of_one=9)

    async def run() -> None:
        await pool.submit("quick", int)
        await pool.submit("slow", int)
        await asyncio.to_thread(clock.rested.wait, 5)

    asyncio.run(run())
    pool.stop(seconds=5)
    assert clock.rests == [0.001, MOST_REST]
