"""What each subject tried lately, as this process knows it: bounded memory, safe between threads, no database."""

import struct
import threading
from collections import OrderedDict
from collections.abc import Iterable
from typing import NamedTuple

from security.scores import DAY, Scenario, Try

_PACKED = struct.Struct("<16sdBB")  # digest, when, weight, which scenario
_SCENARIOS = tuple(Scenario)
_NUMBERS = {scenario: number for number, scenario in enumerate(_SCENARIOS)}


class Row(NamedTuple):
    """A try that other processes have yet to learn, and what may be shown of it."""

    subject: str
    tried: Try
    sample: str


class Batch(NamedTuple):
    rows: list[Row]
    subjects: set[str]


class _Subject:
    """Tries are packed: as objects, a hundred thousand subjects would take a gigabyte."""

    __slots__ = ("asleep", "offences", "packed")

    def __init__(self) -> None:
        self.packed = b""  # oldest first
        self.offences = 0
        self.asleep: dict[Scenario, float] | None = None  # for what it was over its threshold, until when that is left alone


class Tally:
    """An LRU of subjects with at most `tries` keys and as many other tries each, and what is still to be merged of it."""

    def __init__(self, *, subjects: int = 100_000, tries: int = 64, pending: int = 20_000) -> None:
        self.subjects, self.tries, self.pending = subjects, tries, pending
        self.overflowed = 0  # subjects pushed out by newer ones
        self._lock = threading.Lock()
        self._subjects: OrderedDict[str, _Subject] = OrderedDict()  # longest quiet first
        self._rows: list[Row] = []
        self._touched: set[str] = set()

    def add(self, subject: str, tried: Try, *, sample: str = "") -> list[Try] | None:
        """All tries of the subject where they are to be judged anew; None for a repetition, or where there is no room."""
        with self._lock:
            known = self._of(subject)
            known.packed = _lately(known.packed, since=tried.at - DAY)
            if _holds(known.packed, tried.digest) or not self._has_room(known.packed, tried.scenario):
                awake = known.asleep is not None and min(known.asleep.values()) <= tried.at
                return _unpacked(known.packed) if awake else None
            known.packed += _pack(tried)
            if len(self._rows) < self.pending:
                self._rows.append(Row(subject, tried, sample))
            return _unpacked(known.packed)

    def knows(self, subject: str, digest: bytes) -> bool:
        known = self._subjects.get(subject)
        return known is not None and _holds(known.packed, digest)

    def of(self, subject: str) -> list[Try]:
        known = self._subjects.get(subject)
        return _unpacked(known.packed) if known is not None else []

    def offences(self, subject: str) -> int:
        known = self._subjects.get(subject)
        return known.offences if known is not None else 0

    def doze(self, subject: str, scenario: Scenario, *, at: float, until: float) -> bool:
        """True to the one caller that may act on a subject over its threshold; to others only from `until` on."""
        with self._lock:
            asleep = self._of(subject).asleep or {}
            if at < asleep.get(scenario, 0.0):
                return False
            self._of(subject).asleep = {**asleep, scenario: until}
            return True

    def rest(self, subject: str, scenario: Scenario, *, until: float) -> None:
        with self._lock:
            known = self._of(subject)
            known.asleep = {**(known.asleep or {}), scenario: until}

    def take(self) -> Batch:
        """What is to be merged: new tries, and the subjects whose totals are to be read."""
        with self._lock:
            taken = Batch(self._rows, self._touched | {row.subject for row in self._rows})
            self._rows, self._touched = [], set()
            return taken

    def put_back(self, batch: Batch) -> None:
        """It could not be merged; what is too much is counted here alone."""
        with self._lock:
            self._rows = (batch.rows + self._rows)[: self.pending]
            self._touched |= set(list(batch.subjects)[: self.pending - len(self._touched)])

    def waiting(self, subject: str) -> list[Row]:
        with self._lock:
            return [row for row in self._rows if row.subject == subject]

    def learn(self, subject: str, tries: Iterable[Try], *, offences: int) -> list[Try]:
        """Add what all processes know of a subject; all its tries, or none if it has been pushed out meanwhile."""
        with self._lock:
            known = self._subjects.get(subject)
            if known is None:
                return []
            known.offences = offences
            mine = _unpacked(known.packed)
            known.packed = b""
            for tried in sorted({*mine, *_new(tries, besides=mine)}, key=lambda tried: tried.at, reverse=True):
                if self._has_room(known.packed, tried.scenario):
                    known.packed = _pack(tried) + known.packed
            return _unpacked(known.packed)

    def forget(self, subject: str, *, until: float) -> None:
        """What it tried up to then counts no more."""
        with self._lock:
            known = self._subjects.get(subject)
            if known is not None:
                known.packed = _lately(known.packed, since=until)
                known.asleep = None

    def clear(self) -> None:
        with self._lock:
            self._subjects.clear()
            self._touched.clear()
            self._rows.clear()
            self.overflowed = 0

    def _of(self, subject: str) -> _Subject:
        known = self._subjects.get(subject)
        if known is not None:
            self._subjects.move_to_end(subject)
            return known
        known = self._subjects[subject] = _Subject()
        if len(self._touched) < self.pending:
            self._touched.add(subject)
        if len(self._subjects) > self.subjects:
            self._subjects.popitem(last=False)
            self.overflowed += 1
        return known

    def _has_room(self, packed: bytes, scenario: Scenario) -> bool:
        if len(packed) < self.tries * _PACKED.size:
            return True
        keys = packed[_PACKED.size - 1 :: _PACKED.size].count(_NUMBERS[Scenario.KEYS])
        same = keys if scenario is Scenario.KEYS else len(packed) // _PACKED.size - keys
        return same < self.tries


def _pack(tried: Try) -> bytes:
    return _PACKED.pack(tried.digest, tried.at, tried.weight, _NUMBERS[tried.scenario])


def _unpacked(packed: bytes) -> list[Try]:
    return [Try(digest, at, weight, _SCENARIOS[number]) for digest, at, weight, number in _PACKED.iter_unpack(packed)]


def _holds(packed: bytes, digest: bytes) -> bool:
    found = packed.find(digest)
    while found % _PACKED.size and found > 0:
        found = packed.find(digest, found + 1)
    return found >= 0


def _lately(packed: bytes, *, since: float) -> bytes:
    """Without those up to an instant; they come first."""
    start = 0
    while start < len(packed) and _PACKED.unpack_from(packed, start)[1] <= since:
        start += _PACKED.size
    return packed[start:] if start else packed


def _new(tries: Iterable[Try], *, besides: list[Try]) -> list[Try]:
    known = {tried.digest for tried in besides}
    return [tried for tried in tries if tried.digest not in known]
