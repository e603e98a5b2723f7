"""nginx: `deny` lines with their end as a comment, for an `include` in a server or location."""

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from security.blocklists.entries import PERMANENT, Entry, Listed, Problem, read, spelled, stamp
from security.blocklists.files import Source

_DENY = re.compile(r"deny\s+([^\s;]+)\s*;\s*(?:#\s*(?:until\s+)?(\S*).*)?")


def write(rows: Iterable[Listed], *, at: datetime) -> Iterator[str]:
    yield f"# Written by OpenAlgo at {stamp(at)}; nginx itself forgets no line: write the file anew, then reload it.\n"
    for row in rows:
        yield f"deny {row.cidr};  # {PERMANENT if row.expires is None else f'until {spelled(row.expires)}'}\n"


def parse(source: Source, *, at: datetime) -> Iterator[Entry | Problem]:
    for number, text in enumerate(source.lines(), start=1):
        line = text.strip()
        if not line or line.startswith("#"):
            continue
        if found := _DENY.fullmatch(line):
            yield read(number, {"cidr": found[1], "expires": found[2]})
        else:
            yield Problem(number, "It is no line such as deny 203.0.113.9;.")


def recognises(line: str) -> bool:
    return line.startswith(("deny ", "deny\t"))
