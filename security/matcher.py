"""The ban list in memory: one dict per prefix length in use; says no ban when it knows none."""

from collections.abc import Iterable
from math import inf
from typing import NamedTuple

from security.addresses import Network

Span = tuple[int, int, int, float]  # bits of the family, bits that vary, the others as a number, when it ends
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
        self._held: dict[int, dict[int, dict[int, float]]] = {32: {}, 128: {}}  # the same tables, as the writer finds them

    def __len__(self) -> int:
        return sum(len(table) for _, table in (*self._v4, *self._v6))

    def add(self, network: Network, expires: float = inf) -> None:
        self.fill([(*_place(network), expires)])

    def remove(self, network: Network) -> None:
        self.drop([(*_place(network), inf)])

    def fill(self, spans: Iterable[Span]) -> None:
        held = self._held
        for bits, shift, prefix, expires in spans:
            if shift in held[bits]:
                held[bits][shift][prefix] = expires
            else:
                held[bits][shift] = {prefix: expires}
                self._order(bits)

    def drop(self, spans: Iterable[Span]) -> None:
        held = self._held
        for bits, shift, prefix, _ in spans:
            table = held[bits].get(shift, {})
            table.pop(prefix, None)
            if not table and held[bits].pop(shift, None) is not None:
                self._order(bits)

    def find(self, bits: int, value: int, now: float) -> Verdict | None:
        """The narrowest range that holds the address and has not expired at `now`."""
        for shift, table in self._v4 if bits == 32 else self._v6:
            expires = table.get(value >> shift)
            if expires is not None and expires > now:
                return Verdict(Network(bits, value >> shift << shift, bits - shift), expires)
        return None

    def _order(self, bits: int) -> None:
        ordered = tuple(sorted(self._held[bits].items()))  # the smallest shift is the longest prefix
        if bits == 32:
            self._v4 = ordered
        else:
            self._v6 = ordered


def _place(network: Network) -> tuple[int, int, int]:
    bits, value, length = network
    return bits, bits - length, value >> (bits - length)
