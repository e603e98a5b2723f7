"""Work that exactly one process does: a lease decides which; in doubt nobody works, and another takes over within 10 s."""

import logging
import os
import socket
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import close_old_connections, connections
from django.db.models import Q
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Now

from security.models import Lease

logger = logging.getLogger(__name__)

LIFETIME = timedelta(seconds=6)  # of a lease that is not renewed
RENEWAL = 2.0  # seconds between renewals, and between attempts to take over
NEVER = datetime(1970, 1, 1, tzinfo=UTC)
PATIENCE = 5.0  # seconds a stop waits for a job that is running


@dataclass(frozen=True, slots=True)
class Job:
    name: str
    every: timedelta
    run: Callable[[], object]


_jobs: dict[str, Job] = {}
_last_words: dict[str, Callable[[], object]] = {}


def job(name: str, every: timedelta, run: Callable[[], object]) -> None:
    """Register work for `apps.py::ready`; it must bear being run twice, since a stalled holder may wake up late."""
    _jobs[name] = Job(name, every, run)


def at_stop(name: str, run: Callable[[], object]) -> None:
    """Register for `apps.py::ready` what every process writes down when it stops, whether it holds the lease or not."""
    _last_words[name] = run


class Claim:
    """One process's claim to the lease; the database's clock decides, so that hosts need not agree on the time."""

    def __init__(self, name: str = "background") -> None:
        self.name = name
        self.holder = f"{socket.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self._held_until = 0.0  # on this process's own clock, counted from before the database was asked

    @property
    def held(self) -> bool:
        return time.monotonic() < self._held_until

    def renew(self) -> bool:
        """Take the lease, or keep it."""
        asked = time.monotonic()
        won = self._write(Now() + LIFETIME)
        if not won and not Lease.objects.filter(name=self.name).exists():
            Lease.objects.bulk_create([Lease(name=self.name, until=NEVER)], ignore_conflicts=True)
            won = self._write(Now() + LIFETIME)
        self._held_until = asked + LIFETIME.total_seconds() if won else 0.0
        return won

    def release(self) -> None:
        if self.held:
            self._held_until = 0.0
            self._write(Now() - LIFETIME)

    def _write(self, until: CombinedExpression) -> bool:
        """One conditional statement: of several that try, one matches the row."""
        takeable = Q(holder=self.holder) | Q(until__lt=Now())
        return Lease.objects.filter(takeable, name=self.name).update(holder=self.holder, until=until) == 1


class Runner:
    """Two daemon threads, so that a long job does not cost the lease: one renews it, one works while it is held."""

    def __init__(self, *, claim: Claim | None = None) -> None:
        self.claim = claim or Claim()
        self._stopping = threading.Event()
        self._changed = threading.Event()  # the lease was won or lost, or it is time to stop
        self._held = False  # as last told
        self._due: dict[str, float] = {}  # job -> when on the monotonic clock
        self._threads = [
            threading.Thread(target=self._keep, name="lease", daemon=True),
            threading.Thread(target=self._work, name="background", daemon=True),
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Give the lease up at once, unless a job still runs: then it lapses by itself."""
        self._stopping.set()
        self._changed.set()
        for thread in reversed(self._threads):
            thread.join(PATIENCE)
        for name, run in _last_words.items():
            guarded(f"last words of {name}", run)

    def run_due(self) -> float:
        """Run what is due; seconds until the next job."""
        for each in list(_jobs.values()):
            if self.claim.held and not self._stopping.is_set() and self._due.get(each.name, 0.0) <= time.monotonic():
                _run(each)
                self._due[each.name] = time.monotonic() + each.every.total_seconds()
        return max(0.0, min(self._due.values(), default=RENEWAL) - time.monotonic())

    def _keep(self) -> None:
        while not self._stopping.is_set():
            self._renew()
            self._stopping.wait(RENEWAL)
        self._threads[1].join(PATIENCE)
        if not self._threads[1].is_alive():
            guarded("releasing the lease", self.claim.release)
        connections.close_all()

    def _renew(self) -> None:
        guarded("renewing the lease", self.claim.renew)
        if self.claim.held != self._held:
            self._held = self.claim.held
            logger.info("Background work %s this process", "runs in" if self._held else "has left")
            self._due.clear()
            self._changed.set()

    def _work(self) -> None:
        while not self._stopping.is_set():
            pause = self.run_due() if self.claim.held else None
            self._changed.wait(pause)
            self._changed.clear()
        connections.close_all()


def _run(job: Job) -> None:
    guarded(f"background job {job.name}", job.run)


def guarded(what: str, work: Callable[[], object]) -> None:
    """A failure is logged with its name, and the thread goes on."""
    close_old_connections()
    try:
        work()
    except Exception:
        logger.exception("%s failed", what)
    finally:
        close_old_connections()
