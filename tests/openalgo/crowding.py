"""Threads of a pool that are kept busy, and the crowd that comes meanwhile."""

import asyncio
import threading
from collections.abc import Callable

from openalgo.pool import Pool


def occupied(pool: Pool, gate: threading.Event, crowd: Callable[[], list[asyncio.Future[object]]]) -> None:
    """Let a crowd come, in a loop, while the pool's thread waits at the gate; over when all of them were served or left."""

    async def run() -> None:
        busy = await begun(pool, "busy", gate, known=False)
        came = crowd()
        gate.set()
        await asyncio.gather(busy, *came, return_exceptions=True)

    asyncio.run(run())


async def begun(pool: Pool, who: str, gate: threading.Event, *, known: bool) -> asyncio.Future[object]:
    """Somebody who holds a thread by now."""
    running, held = holding(pool, who, gate, known=known)
    await running.wait()
    return held


def holding(pool: Pool, who: str, gate: threading.Event, *, known: bool) -> tuple[asyncio.Event, asyncio.Future[object]]:
    """Somebody who will hold a thread until the gate opens; the event says that they do."""
    loop, running = asyncio.get_running_loop(), asyncio.Event()
    return running, pool.submit(who, lambda: (loop.call_soon_threadsafe(running.set), gate.wait(10)), known=known)
