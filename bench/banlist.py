"""Bans by the hundred thousand, for the database or memory: `python -m bench.banlist COUNT` writes rows and tells nobody.

The subjects that `bench.flood` plays come first; the others are drawn, IPv4 and IPv6 in mixed lengths, and end at mixed times.
"""

import random
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from security.addresses import Network, network

SEED = 20_261_124
V4, V6 = (32, 32, 32, 32, 32, 30, 28, 24, 22, 20), (64, 64, 64, 64, 56, 48, 128)
ALWAYS = 1 << 40  # a number of the sequence that every process has yet to reach
PROBE = "192.0.2.77"  # the last one


def networks(count: int) -> Iterator[Network]:
    """So many distinct ranges, the same in each run; none holds an address of ours."""
    flooding = [network(f"203.0.113.{number}") for number in range(1, 255)]
    flooding += [network(f"2001:db8:bad:{number:x}::/64") for number in range(1, 255)]
    yield from islice([network(PROBE), *flooding], count)
    rest, drawn, seen = count - len(flooding) - 1, random.Random(SEED), set[Network]()  # noqa: S311 - hides nothing
    while len(seen) < rest:
        one = _drawn(drawn)
        if one not in seen:
            seen.add(one)
            yield one


def _drawn(source: random.Random) -> Network:
    if source.random() < 0.6:
        length = source.choice(V4)
        return Network(32, (20 << 24 | source.getrandbits(28)) >> (32 - length) << (32 - length), length)  # from 20.0.0.0
    length = source.choice(V6)
    return Network(128, (0x20010DB9 << 96 | source.getrandbits(96)) >> (128 - length) << (128 - length), length)


def write(count: int) -> None:
    """Rows above every number of the sequence, so that the next bump announces them all."""
    from django.db import connection, transaction

    from security.identifiers import uuid7

    now, drawn = datetime.now(UTC).replace(tzinfo=None), random.Random(SEED)  # noqa: S311
    statement = (
        'INSERT INTO security_ban (id, seq, cidr, start, "end", action, reason, scenario, origin, actor, created, starts,'
        " expires, offence, state, lifted, lifted_by, note) VALUES (%s, %s, %s, %s, %s, 'ban', 'flood', 'bench', 'import',"
        " 'bench', %s, %s, %s, 0, 'active', NULL, '', '')"
    )
    ends = (now + timedelta(seconds=drawn.uniform(86_400, 5e6)) for _ in range(count))
    rows: Any = (
        (uuid7().hex, ALWAYS, str(each), each.first, each.last, now, now, end)
        for each, end in zip(networks(count), ends, strict=True)
    )
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.executemany(statement, rows)


def announce() -> None:
    """Prints the instant."""
    from django.db import transaction

    from security import propagation

    with transaction.atomic():
        propagation.bump()
    print(time.monotonic())


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openalgo.settings")
    django.setup()
    write(int(sys.argv[1])) if len(sys.argv) > 1 else announce()
