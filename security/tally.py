"""Counts what is distinct of each subject within a window of time: bounded memory, safe between threads, no database."""

import threading
from collections import OrderedDict


class _Tries:
    __slots__ = ("asleep_until", "seen")

    def __init__(self) -> None:
        self.seen: dict[bytes, float] = {}  # digest -> when first; oldest first
        self.asleep_until = 0.0


class Tally:
    """`add` says True to exactly one caller once a subject is over; that one answers with `forget`, or is asked again later."""

    def __init__(self, *, threshold: int, window: float, retry: float, subjects: int = 100_000, tries: int = 64) -> None:
        self.threshold, self.window, self.retry = threshold, window, retry  # count, seconds, seconds
        self.subjects, self.tries = subjects, tries
        self.overflowed = 0  # subjects pushed out by newer ones
        self._lock = threading.Lock()
        self._subjects: OrderedDict[str, _Tries] = OrderedDict()  # longest quiet first

    def add(self, subject: str, digest: bytes, *, at: float) -> bool:
        with self._lock:
            tries = self._of(subject)
            _expire(tries.seen, at - self.window)
            if len(tries.seen) < self.tries:
                tries.seen.setdefault(digest, at)
            if len(tries.seen) < self.threshold or at < tries.asleep_until:
                return False
            tries.asleep_until = at + self.retry
            return True

    def forget(self, subject: str) -> None:
        with self._lock:
            self._subjects.pop(subject, None)

    def clear(self) -> None:
        with self._lock:
            self._subjects.clear()
            self.overflowed = 0

    def _of(self, subject: str) -> _Tries:
        tries = self._subjects.get(subject)
        if tries is None:
            tries = self._subjects[subject] = _Tries()
            if len(self._subjects) > self.subjects:
                self._subjects.popitem(last=False)
                self.overflowed += 1
        else:
            self._subjects.move_to_end(subject)
        return tries


def _expire(seen: dict[bytes, float], before: float) -> None:
    while seen:
        oldest = next(iter(seen))
        if seen[oldest] > before:
            return
        del seen[oldest]
