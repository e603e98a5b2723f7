"""Bans as formats write and read them, made up for tests."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

from hypothesis import strategies

from security.addresses import Network
from security.blocklists.entries import Entry, Listed, Problem
from security.blocklists.files import Source
from security.blocklists.formats import FORMATS
from security.models import Action

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def listed(cidr: str, **more: Any) -> Listed:
    usual = {"action": "ban", "reason": "scans", "expires": None, "scenario": "manual", "origin": "operator", "actor": "owner"}
    return Listed(cidr, **({"created": NOW} | usual | more))


def written(name: str, *rows: Listed) -> str:
    return "".join(FORMATS[name].write(rows, at=NOW))


def parsed(name: str, text: str | bytes) -> list[Entry | Problem]:
    data = text.encode() if isinstance(text, str) else text
    return list(FORMATS[name].parse(Source(BytesIO(data)), at=NOW))


def again(name: str, *rows: Listed) -> list[Entry | Problem]:
    return parsed(name, written(name, *rows))


def _network(bits: int, value: int, length: int) -> Network:
    return Network(bits, value, bits).around(length)


networks = strategies.one_of(
    strategies.builds(_network, strategies.just(32), strategies.integers(0, 2**32 - 1), strategies.integers(0, 32)),
    strategies.builds(_network, strategies.just(128), strategies.integers(1 << 64, 2**128 - 1), strategies.integers(0, 95)),
)
crowded = strategies.builds(
    _network, strategies.just(32), strategies.integers(203 << 24, (203 << 24) + 63), strategies.integers(24, 32)
)
ends = strategies.none() | strategies.integers(1, 10**7).map(lambda seconds: NOW + timedelta(seconds=seconds))
reasons = strategies.text(min_size=1, max_size=200).filter(lambda text: text.isprintable() and text.strip())
later = strategies.integers(1, 2 * 10**15).map(lambda micros: NOW + timedelta(microseconds=micros))
rows = strategies.builds(
    listed,
    networks.map(str),
    action=strategies.sampled_from(Action.values),
    reason=reasons,
    expires=strategies.none() | later,
)
