"""The audit chain as arithmetic: how a row is sealed to the one before it, and where rows first break the chain; no I/O."""

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from json.encoder import encode_basestring_ascii
from typing import Any, NamedTuple

from security import crypto
from security.crypto import Ring

COLUMNS = (
    "seq", "at", "act", "actor", "actor_id", "address", "credential", "about", "outcome", "before", "after", "key_id", "mac",
)  # fmt: skip
NO_MAC = "0" * 64  # what the first row follows

Row = tuple[Any, ...]  # a row's columns in that order, `at` as `spelled` has it; of any types, once somebody tampered

_KEY_ID, _MAC = COLUMNS.index("key_id"), COLUMNS.index("mac")


class Kind(StrEnum):
    """How a chain can be broken."""

    EDIT = "edit"
    GAP = "gap"
    REORDER = "reorder"
    TRUNCATION = "truncation"
    UNKNOWN_KEY = "unknown key"
    SEGMENT = "segment"  # a closed segment that was not closed by us, or does not fit to its neighbours
    UNREADABLE = "unreadable"


class Place(NamedTuple):
    """A point of the chain: the number of a row and its mac."""

    seq: int
    mac: str


START = Place(0, NO_MAC)


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain first breaks, and how."""

    kind: Kind
    seq: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Report:
    """`rows` were walked up to `end`, behind `segments` closed ones; `met` of what was noted elsewhere agreed."""

    end: Place
    rows: int
    segments: int
    met: int
    broken: Break | None

    @property
    def sentence(self) -> str:
        if self.broken:
            return f"The audit chain is broken at row {self.broken.seq} ({self.broken.kind}). {self.broken.sentence}"
        noted = f"of its rows {self.met} were noted beside it and agree" if self.met else "none was noted beside it"
        closed = f", behind {self.segments} closed segments" if self.segments else ""
        return f"The audit chain is whole: {self.rows} rows up to {self.end.seq}{closed}; {noted}."


def spelled(at: datetime) -> str:
    """An instant as the macs have it, which is as SQLite stores it."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def derive(key: bytes) -> bytes:
    """What rows are sealed with, of a key of AUDIT_KEYS."""
    return crypto.derived(key, purpose="audit")


def seal(derived: bytes, before: str, seq: int, values: Iterable[str]) -> str:
    """64 hex digits over the mac before, the number and, as a JSON list, all columns between number and mac."""
    text = f"[{','.join(map(encode_basestring_ascii, values))}]"
    return crypto.mac(derived, bytes.fromhex(before) + struct.pack(">q", seq) + text.encode()).hex()


class Walk:
    """Steps from a place that is trusted along the rows that follow; `noted` are places known from elsewhere, in order."""

    def __init__(self, ring: Ring, *, start: Place = START, noted: Iterable[Place] = ()) -> None:
        self.place = start
        self.met = 0  # how many noted places agreed
        self._keys = {key_id: derive(key) for key_id, key in ring}
        self._noted = iter(noted)
        self._next = self._following()

    def along(self, rows: Iterable[Row]) -> Break | None:
        """Walk on until the rows end, or until one does not fit: then `place` is the last good one."""
        for row in rows:
            if row[0] != self.place.seq + 1:
                return self._gap(row)
            if not self.fits(row):
                return self._misfit(row)
            self.place = Place(row[0], row[_MAC])
            if self._next is not None and self._next.seq == row[0] and (found := self._compare(self._next)):
                return found
        return None

    def fits(self, row: Row) -> bool:
        """Is this the row that follows here?"""
        try:
            derived = self._keys[row[_KEY_ID]]
            return bool(seal(derived, self.place.mac, self.place.seq + 1, row[1:_MAC]) == row[_MAC])
        except (LookupError, TypeError):  # a column holds what no column of ours holds
            return False

    def end(self) -> Break | None:
        """After the last row: is a later one known from elsewhere?"""
        if self._next is None:
            return None
        seq = self.place.seq + 1
        return Break(Kind.TRUNCATION, seq, f"The chain ends at row {seq - 1}, but row {self._next.seq} was once noted.")

    def _gap(self, row: Row) -> Break:
        seq = self.place.seq + 1
        return Break(Kind.GAP, seq, f"Row {seq} is missing; row {row[0]!r} follows row {seq - 1}.")

    def _misfit(self, row: Row) -> Break:
        if not isinstance(row[_KEY_ID], str) or row[_KEY_ID] not in self._keys:
            return Break(Kind.UNKNOWN_KEY, row[0], f"Row {row[0]} names the key {row[_KEY_ID]!r}, which AUDIT_KEYS lacks.")
        return Break(Kind.EDIT, row[0], f"Row {row[0]} was edited: its mac does not fit.")

    def _compare(self, noted: Place) -> Break | None:
        self._next = self._following()
        if noted.mac == self.place.mac:
            self.met += 1
            return None
        sentence = f"Row {noted.seq} is not the one once noted: rows up to it were cut, and others put in their place."
        return Break(Kind.TRUNCATION, noted.seq, sentence)

    def _following(self) -> Place | None:
        return next((noted for noted in self._noted if noted.seq > self.place.seq), None)


def moved(walk: Walk, later: Iterable[Row], found: Break) -> Break:
    """A row that does not fit, or is missing, may stand further down: then it is no edit and no gap."""
    if found.kind in (Kind.EDIT, Kind.GAP) and (row := next(filter(walk.fits, later), None)):
        return Break(Kind.REORDER, found.seq, f"Row {found.seq} was moved: it stands as row {row[0]!r}.")
    return found


def unbroken(places: Iterable[Place]) -> Iterator[Place]:
    """Places without those that do not lie ahead of the one before."""
    last = 0
    for place in places:
        if place.seq > last:
            last = place.seq
            yield place
