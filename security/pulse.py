"""What every process does every moment, such as merging its counters; a failure is logged, and the next beat tries again."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import connections

from security.background import guarded


@dataclass(slots=True)
class _Beat:
    every: float
    run: Callable[[], object]
    last: Callable[[], object]
    due: float = 0.0


_beats: dict[str, _Beat] = {}


def each(name: str, every: float, run: Callable[[], object], *, last: Callable[[], object] | None = None) -> None:
    """Register for `apps.py::ready` what every process does each so many seconds, and `last` or once more when it stops."""
    _beats[name] = _Beat(every, run, last or run)


class Pulse:
    """One daemon thread; its jobs take turns, so each must be short."""

    def __init__(self) -> None:
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pulse", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            pause = _beat(everything=False)
        _beat(everything=True)
        connections.close_all()


def _beat(*, everything: bool) -> float:
    """Run what is due; seconds until the next is."""
    for name, beat in _beats.items():
        began = time.monotonic()
        if everything or beat.due <= began:
            guarded(name, beat.last if everything else beat.run)
            beat.due = began + beat.every
    return max(0.0, min((beat.due for beat in _beats.values()), default=time.monotonic() + 1.0) - time.monotonic())
