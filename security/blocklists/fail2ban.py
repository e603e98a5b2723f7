"""fail2ban: one log line a ban, which the filter in docs/fail2ban finds."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from security.addresses import network
from security.blocklists.entries import Entry, Listed, Problem, read, spelled, stamp
from security.blocklists.files import Source

_LINE = re.compile(r"(\S+) openalgo: banned (\S+) until (\S+): (.*)")


def write(rows: Iterable[Listed], *, at: datetime) -> Iterator[str]:
    """Each as if it happened now: fail2ban looks no further back than its findtime."""
    for row in rows:
        yield f"{stamp(at)} openalgo: banned {network(row.cidr).named} until {spelled(row.expires)}: {row.reason}\n"


def parse(source: Source, *, at: datetime) -> Iterator[Entry | Problem]:
    for number, line in enumerate(source.lines(), start=1):
        if found := _LINE.fullmatch(line.strip()):
            yield read(number, {"cidr": found[2], "expires": found[3], "reason": found[4]})
        elif line.strip():
            yield Problem(number, "It is no line of a ban: TIME openalgo: banned ADDRESS until TIME: REASON.")


def recognises(line: str) -> bool:
    return _LINE.fullmatch(line) is not None
