"""nftables: a file for `nft -f` that fills two sets of the table `inet openalgo`, each range until its ban ends.

The sets do not merge by themselves: nft would give neighbours, and ranges within ranges, the timeout of one of them.
"""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, summarize_address_range

from security.addresses import Network, network
from security.blocklists.entries import Entry, Listed, Problem, instant, read, spelled, stamp
from security.blocklists.files import Source
from security.blocklists.ranges import Stretch, Sweep

HEAD = """#!/usr/sbin/nft -f
# written by OpenAlgo at {at}; the timeouts count from when it is loaded
table inet openalgo {{
    set banned4 {{ type ipv4_addr; flags interval, timeout; }}
    set banned6 {{ type ipv6_addr; flags interval, timeout; }}
}}
flush set inet openalgo banned4
flush set inet openalgo banned6
"""
AT_ONCE = 1000  # elements of one statement
UNITS = {"d": 86_400, "h": 3600, "m": 60, "s": 1}  # nft takes eight digits of each

_WRITTEN = re.compile(r"# written by OpenAlgo at (\S+);.*")
_ELEMENT = re.compile(r"([0-9a-fA-F.:]+)(?:-([0-9a-fA-F.:]+)|(/\d+))?(?:\s+timeout\s+(\w+))?(?:\s+expires\s+(\w+))?")
_TIME = re.compile(r"(?:(\d{1,8})d)?(?:(\d{1,8})h)?(?:(\d{1,8})m)?(?:(\d{1,8})s)?(?:\d{1,8}ms)?")


def write(rows: Iterable[Listed], *, at: datetime) -> Iterator[str]:
    """The rows by their first address, of several the widest first."""
    yield HEAD.format(at=stamp(at))
    sets = {32: _Set("banned4", 32), 128: _Set("banned6", 128)}
    for row in rows:
        found = network(row.cidr)
        yield from sets[found.bits].add(found, row.expires, at)
    for each in sets.values():
        yield from each.end(at)


class _Set:
    """What has yet to be written of one set."""

    def __init__(self, name: str, bits: int) -> None:
        self._name, self._bits = name, bits
        self._sweep, self._held = Sweep(), list[str]()

    def add(self, found: Network, until: datetime | None, at: datetime) -> Iterator[str]:
        last = found.value | (1 << (found.bits - found.length)) - 1
        self._hold(self._sweep.take(Stretch(found.value, last, until)), at)
        if len(self._held) >= AT_ONCE:
            yield self._statement()

    def end(self, at: datetime) -> Iterator[str]:
        self._hold(self._sweep.rest(), at)
        if self._held:
            yield self._statement()

    def _hold(self, stretches: Iterable[Stretch], at: datetime) -> None:
        self._held += [_element(self._bits, each, at) for each in stretches]

    def _statement(self) -> str:
        held, self._held = self._held, []
        return f"add element inet openalgo {self._name} {{\n{''.join(held)}}}\n"


def parse(source: Source, *, at: datetime) -> Iterator[Entry | Problem]:
    """What `write` wrote, or `nft list ruleset` tells of such sets."""
    inside = False
    for number, text in enumerate(source.lines(), start=1):
        if written := _WRITTEN.fullmatch(text):
            at = _instant(written[1]) or at
        line = text.partition("#")[0].strip()
        if "element" in line and "{" in line:
            inside, line = True, line.partition("{")[2]
        if inside:
            yield from _elements(number, line.partition("}")[0], at)
            inside = "}" not in line


def recognises(line: str) -> bool:
    return line.startswith(("table inet ", "table ip ", "table ip6 ", "add element ", "flush set "))


def _element(bits: int, stretch: Stretch, at: datetime) -> str:
    address = IPv4Address if bits == 32 else IPv6Address
    spare = stretch.first ^ stretch.last
    first = str(address(stretch.first))
    if spare & (spare + 1) == 0 and stretch.first & spare == 0:
        text = f"{first}/{bits - spare.bit_length()}" if spare else first
    else:
        text = f"{first}-{address(stretch.last)}"
    return f"{text}{'' if stretch.until is None else f' timeout {_time(stretch.until - at)}'},\n"


def _time(left: timedelta) -> str:
    days, seconds = divmod(max(1, round(left.total_seconds())), UNITS["d"])
    return f"{days}d{seconds}s" if days else f"{seconds}s"


def _elements(number: int, line: str, at: datetime) -> Iterator[Entry | Problem]:
    for each in filter(None, map(str.strip, line.split(","))):
        found = _ELEMENT.fullmatch(each)
        try:
            end = _end(found, at)
        except (ValueError, OverflowError):
            found = None
        if found is None:
            yield Problem(number, f"{each[:64]!r} is no element such as 203.0.113.9 timeout 1h.")
            continue
        yield from (read(number, {"cidr": cidr, "expires": end}) for cidr in _cidrs(found[1], found[2], found[3]))


def _end(found: re.Match[str] | None, at: datetime) -> str:
    """Where `nft list` tells what is left of a timeout, that counts."""
    text = (found[5] or found[4] or "") if found else ""
    parts = _TIME.fullmatch(text)
    if parts is None:
        raise ValueError(text)
    seconds = sum(int(part or 0) * unit for part, unit in zip(parts.groups(), UNITS.values(), strict=True))
    return spelled(at + timedelta(seconds=seconds)) if text else ""


def _cidrs(first: str, last: str | None, length: str | None) -> list[str]:
    if last is None:
        return [first + (length or "")]
    try:
        return [str(each) for each in summarize_address_range(ip_address(first), ip_address(last))]
    except (ValueError, TypeError):
        return [f"{first}-{last}"]  # is told to be no address


def _instant(text: str) -> datetime | None:
    try:
        return instant(text)
    except ValueError:
        return None
