"""What this process lets in, refuses and is tried with, for whoever looks; memory only."""

import threading
from collections import deque
from typing import NamedTuple

MINUTE = 60.0  # seconds


class Reading(NamedTuple):
    """Requests and refusals a second since the last reading; bad keys and probes of the last minute."""

    requests: float = 0.0
    refusals: float = 0.0
    bad_keys: int = 0
    probes: int = 0


class _Totals(NamedTuple):
    at: float
    requests: int
    refusals: int
    bad_keys: int
    probes: int


class Meter:
    """`requests` and `refusals` are raised on the loop alone, the others in any thread by their methods."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.forget()

    def bad_key(self) -> None:
        with self._lock:
            self._bad_keys += 1

    def probe(self) -> None:
        with self._lock:
            self._probes += 1

    def read(self, *, at: float) -> Reading:
        """About once a second, by a clock that is never set back."""
        last, now = self._past[-1], self._totals(at)
        self._past.append(now)
        while self._past[1].at <= at - MINUTE:
            self._past.popleft()
        first, passed = self._past[0], max(at - last.at, 0.001)
        return Reading(
            requests=round((now.requests - last.requests) / passed, 1),
            refusals=round((now.refusals - last.refusals) / passed, 1),
            bad_keys=now.bad_keys - first.bad_keys,
            probes=now.probes - first.probes,
        )

    def forget(self) -> None:
        """Start at nothing."""
        self.requests = self.refusals = self._bad_keys = self._probes = 0
        self._past = deque([self._totals(0.0)])

    def _totals(self, at: float) -> _Totals:
        return _Totals(at, self.requests, self.refusals, self._bad_keys, self._probes)


meter = Meter()
