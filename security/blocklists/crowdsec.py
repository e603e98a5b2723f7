"""CrowdSec: bans as the decisions that a bouncer reads from a local API; only bans, since some shut out all they hear of."""

import json
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from security.addresses import network
from security.durations import LONGEST

_encode = json.JSONEncoder(separators=(",", ":"), ensure_ascii=False).encode


class Decided(NamedTuple):
    """The columns of a ban that a decision is made of."""

    pk: UUID
    cidr: str
    origin: str
    action: str
    scenario: str
    expires: datetime | None


COLUMNS = Decided._fields


def stream(new: Iterable[Decided], deleted: Iterable[Decided], *, at: datetime) -> Iterator[str]:
    """What began and what ended. Bouncers delete first and add then."""
    yield '{"new":['
    yield from _joined(new, at)
    yield '],"deleted":['
    yield from _joined(deleted, at)
    yield "]}"


def listed(held: Iterable[Decided], *, at: datetime) -> Iterator[str]:
    """What is in force; `null` for nothing, as bouncers expect it."""
    texts = _joined(held, at)
    first = next(texts, None)
    if first is None:
        yield "null"
        return
    yield f"[{first}"
    yield from texts
    yield "]"


def decision(row: Decided, *, at: datetime) -> dict[str, object]:
    found = network(row.cidr)
    single = found.length == found.bits
    return {
        "id": row.pk.int & (1 << 53) - 1,  # a number that JavaScript keeps whole; the low bits are drawn
        "uuid": str(row.pk),
        "origin": row.origin,
        "type": row.action,
        "scope": "Ip" if single else "Range",
        "value": row.cidr.partition("/")[0] if single else row.cidr,
        "duration": _duration(row.expires, at),
        "scenario": row.scenario,
    }


def _joined(rows: Iterable[Decided], at: datetime) -> Iterator[str]:
    before = ""
    for row in rows:
        yield before + _encode(decision(row, at=at))
        before = ","


def _duration(expires: datetime | None, at: datetime) -> str:
    """As Go reads it; there is no word for permanent."""
    left = LONGEST if expires is None else max(expires - at, timedelta())
    return f"{left // timedelta(seconds=1)}s"
