"""The formats by name, and which of them a file is in: by what stands in it, never by what it is called."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Protocol

from security.blocklists import fail2ban, files, nftables, nginx, objects, table
from security.blocklists.entries import Entry, Listed, NotABlocklist, Problem
from security.blocklists.files import Source


class Write(Protocol):
    def __call__(self, rows: Iterable[Listed], *, at: datetime) -> Iterator[str]: ...


class Parse(Protocol):
    def __call__(self, source: Source, *, at: datetime) -> Iterator[Entry | Problem]: ...


@dataclass(frozen=True, slots=True)
class Format:
    """`whole` formats hold every row with all its columns; the others only whom a firewall is to shut out, and until when."""

    name: str
    label: str
    file: str
    kind: str  # the content type
    write: Write
    parse: Parse
    recognises: Callable[[str], bool]
    whole: bool = False


PLAIN = "text/plain; charset=utf-8"
FORMATS = {
    each.name: each
    for each in (
        Format("csv", "CSV", "bans.csv", "text/csv; charset=utf-8", table.write, table.parse, table.recognises, whole=True),
        Format("json", "JSON", "bans.json", "application/json", objects.write, objects.parse, objects.recognises, whole=True),
        Format("nginx", "nginx", "bans.conf", PLAIN, nginx.write, nginx.parse, nginx.recognises),
        Format("nftables", "nftables", "bans.nft", PLAIN, nftables.write, nftables.parse, nftables.recognises),
        Format("fail2ban", "fail2ban", "bans.log", PLAIN, fail2ban.write, fail2ban.parse, fail2ban.recognises),
    )
}


def of(file: BinaryIO) -> Format:
    """By its first line that is no comment; raises NotABlocklist."""
    first = next(iter(files.first_lines(file)), "")
    found = next((each for each in FORMATS.values() if each.recognises(first)), None)
    if found is None:
        known = ", ".join(each.label for each in FORMATS.values())
        raise NotABlocklist(f"The file is none of these: {known}." if first else "The file holds no ban.")
    return found
