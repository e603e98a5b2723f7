"""The verdict on an address in process: `python -m bench.verdicts COUNT` prints its times in nanoseconds, and the memory."""

import json
import os
import random
import sys
import time
from typing import Any

import django

from bench.banlist import networks

ADDRESSES = 20_000
ROUNDS = 5  # the best: what else the machine does is not the verdict's


def main(count: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openalgo.settings")
    django.setup()
    from security import snapshot

    bans: Any = snapshot._memory.bans  # noqa: SLF001 - measured without a database
    for each in networks(count):
        bans.add(each, time.time() + 86_400)
    held = [table for _, table in (*bans._v4, *bans._v6)]  # noqa: SLF001
    best = min((measured(addresses(count)) for _ in range(ROUNDS)), key=lambda each: each["p99"])
    print(json.dumps(best | {"mib": sum(map(size, held)) / 1024**2}))


def addresses(count: int) -> list[str]:
    """Half of them anybody, half of them banned; all new to the process."""
    source = random.Random()  # noqa: S311
    anybody = [".".join(str(source.randrange(1, 255)) for _ in range(4)) for _ in range(ADDRESSES)]
    from security.addresses import Network

    held = [str(Network(each.bits, each.value, each.bits)).partition("/")[0] for each in networks(min(count, 10_000))]
    return source.sample(anybody + held, ADDRESSES)


def measured(asked: list[str]) -> dict[str, float]:
    from security import addresses as spelling
    from security import snapshot

    taken, clock = [], time.perf_counter_ns
    for address in asked:
        spelling.parse(address)  # the gatehouse named the caller before
        began = clock()
        snapshot.verdict(address)
        taken.append(clock() - began)
    taken.sort()
    return {"p50": taken[len(taken) // 2], "p99": taken[len(taken) * 99 // 100]}


def size(table: dict[int, float]) -> int:
    """Bytes of a table with its prefixes and ends."""
    return sys.getsizeof(table) + sum(sys.getsizeof(prefix) + sys.getsizeof(end) for prefix, end in table.items())


if __name__ == "__main__":
    main(int(sys.argv[1]))
