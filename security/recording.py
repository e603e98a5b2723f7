"""What was tried in a time, in order, as the traffic trail has it; and when that was forgotten, by a person or by a ban."""

import heapq
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from operator import attrgetter

from security.addresses import network
from security.audit import Act
from security.models import Action, AuditEntry, Ban, Origin, TrafficEntry
from security.replay import Event
from security.scores import DAY, Scenario
from security.thresholds import SCENARIOS

CHUNK = 2_000  # rows, or events, in memory at a time
GRACE = timedelta(seconds=2)  # what was asked before a ban may be recorded, with its answer, after it
_COUNTED = {*SCENARIOS, *Scenario} - {Scenario.CLEARED}
_FORGETTING = (Scenario.KEYS, Scenario.PATHS, Scenario.DECOY)  # a ban for one of these starts the count anew


class Recording:
    """The tries from a day before `since` on, `most` requests of them; once read, `end` says how far that came."""

    def __init__(self, since: datetime, until: datetime, *, most: int | None) -> None:
        self.since, self.end, self.most = since, until, most
        self.cut = False
        self.tries = self.anonymous = 0
        self.subjects: set[str] = set()

    def batches(self) -> Iterator[list[Event]]:
        """Streamed: a few thousand events at a time are in memory."""
        events = heapq.merge(self._tries(), self._cleared(), self._banned(), key=attrgetter("at"))
        while batch := list(islice(events, CHUNK)):
            yield batch

    def _tries(self) -> Iterator[Event]:
        rows = TrafficEntry.objects.filter(tried__isnull=False, at__gt=self._start, at__lte=self.end).order_by("at", "id")
        facts = rows.values_list("at", "subject", "anonymous", "tried")
        limited = facts if self.most is None else facts[: self.most + 1]
        for number, (at, subject, anonymous, tried) in enumerate(limited.iterator(chunk_size=CHUNK)):
            if number == self.most:
                self.cut, self.end = True, at
                return
            if anonymous:  # its subject is a range of many
                self.anonymous += 1
                continue
            self.subjects.add(subject)
            for scenario, weight, digest in tried or ():
                if scenario in _COUNTED:
                    self.tries += 1
                    yield Event(at.timestamp(), subject, scenario, weight, bytes.fromhex(digest))

    def _cleared(self) -> Iterator[Event]:
        """What a person forgave, they would have forgiven all the same."""
        rows = AuditEntry.objects.filter(act=Act.PROBES_CLEARED, at__gt=self._start, at__lte=self.end).order_by("at")
        for at, about in rows.values_list("at", "about").iterator(chunk_size=CHUNK):
            yield Event(at.timestamp(), about, Scenario.CLEARED)

    def _banned(self) -> Iterator[Event]:
        """Only before the time in question: in it the other thresholds decide."""
        rows = Ban.objects.filter(
            created__gt=self._start, created__lt=self.since, origin=Origin.AUTO, action=Action.BAN, scenario__in=_FORGETTING
        )
        for at, cidr in rows.order_by("created").values_list("created", "cidr").iterator(chunk_size=CHUNK):
            yield Event((at + GRACE).timestamp(), network(cidr).named, Scenario.CLEARED)

    @property
    def _start(self) -> datetime:
        return self.since - timedelta(seconds=DAY)
