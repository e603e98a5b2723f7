"""The ban list in memory: one dict per prefix length in use; says no ban when it knows none."""

from math import inf
from typing import NamedTuple

from security.addresses import Network

_Tables = tuple[tuple[int, dict[int, float]], ...]


class Verdict(NamedTuple):
    """The narrowest range in force that holds an address, and when it ends (seconds since 1970, `inf` = never)."""

    network: Network
    expires: float

    @property
    def cidr(self) -> str:
        return str(self.network)


class Matcher:
    """Written by one thread at a time, read by all: each table is replaced or changed in one step."""

    def __init__(self) -> None:
        self._v4: _Tables = ()
        self._v6: _Tables = ()

    def __len__(self) -> int:
        return sum(len(table) for _, table in (*self._v4, *self._v6))

    def add(self, network: Network, expires: float = inf) -> None:
        bits, value, length = network
        shift = bits - length
        tables = dict(self._v4 if bits == 32 else self._v6)
        if shift not in tables:
            tables[shift] = {}
            self._replace(bits, tables)
        tables[shift][value >> shift] = expires

    def remove(self, network: Network) -> None:
        bits, value, length = network
        shift = bits - length
        tables = dict(self._v4 if bits == 32 else self._v6)
        table = tables.get(shift, {})
        table.pop(value >> shift, None)
        if not table and tables.pop(shift, None) is not None:
            self._replace(bits, tables)

    def find(self, bits: int, value: int, now: float) -> Verdict | None:
        """The narrowest range that holds the address and has not expired at `now`."""
        for shift, table in self._v4 if bits == 32 else self._v6:
            expires = table.get(value >> shift)
            if expires is not None and expires > now:
                return Verdict(Network(bits, value >> shift << shift, bits - shift), expires)
        return None

    def _replace(self, bits: int, tables: dict[int, dict[int, float]]) -> None:
        ordered = tuple(sorted(tables.items()))  # the smallest shift is the longest prefix
        if bits == 32:
            self._v4 = ordered
        else:
            self._v6 = ordered
