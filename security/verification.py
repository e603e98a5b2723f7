"""Is the audit chain whole? Segments, rows, anchors and head; whatever cannot be read counts as a break, and is alarmed."""

import time
from collections.abc import Iterable
from itertools import chain as joined

from django.conf import settings

from security import alerts, anchors, entries, segments
from security.alerts import Alarm
from security.anchors import Unreadable
from security.chain import START, Break, Kind, Place, Report, Walk, moved, unbroken
from security.models import AuditSegment

NEWEST = 10_000  # rows that the first glance of a process looks at
TAIL = 65_536  # bytes of the anchors that a glance reads
PACE = 0.02  # seconds of rest after each chunk, in a process that serves people beside


_verified = {"place": START}  # by this process, for the next glance


def verify(*, pace: float = 0.0) -> Report:
    """From the first segment to the end of the chain."""
    while True:
        closed = AuditSegment.objects.count()
        start, count, found = segments.check(settings.AUDIT_KEYS)
        report = Report(start, 0, count, 0, found) if found else _walk(start, count, pace, anchors.read())
        if AuditSegment.objects.count() == closed:  # else rows went while we walked over them
            return report


def glance() -> Report:
    """The rows since this process last looked, and whether the tail is still there."""
    while True:
        closed = segments.end()
        report = _walk(max(closed, _known()), 0, PACE, anchors.read(tail=TAIL))
        if segments.end() == closed:
            return _remembered(report)


def forget() -> None:
    """Nothing was verified yet (tests)."""
    _verified["place"] = START


def watch() -> None:
    """The lease holder's look each minute."""
    alarm(glance())


def watch_all() -> None:
    """The lease holder's look each day."""
    alarm(_remembered(verify(pace=PACE)))


def alarm(report: Report) -> None:
    if report.broken:
        alerts.sound(Alarm.AUDIT_CHAIN, report.sentence)


def _known() -> Place:
    """A place to start from: verified before, or, at first, a little before the end."""
    return _verified["place"] if _verified["place"].seq else entries.place(max(entries.newest().seq - NEWEST, 0)) or START


def _remembered(report: Report) -> Report:
    if report.broken is None:
        _verified["place"] = report.end
    return report


def _walk(start: Place, count: int, pace: float, places: Iterable[Place]) -> Report:
    walk = Walk((), start=start)
    try:
        newest = anchors.head()  # before the rows: those written meanwhile are no longer missing
        walk = Walk(settings.AUDIT_KEYS, start=start, noted=unbroken(joined(places, [newest] if newest else [])))
        found = _along(walk, pace)
    except Unreadable as unreadable:
        found = Break(Kind.UNREADABLE, walk.place.seq + 1, str(unreadable))
    return Report(walk.place, walk.place.seq - start.seq, count, walk.met, found)


def _along(walk: Walk, pace: float) -> Break | None:
    for rows in entries.after(walk.place.seq):
        if found := walk.along(rows):
            return moved(walk, joined.from_iterable(entries.after(walk.place.seq)), found)
        if pace:
            time.sleep(pace)
    return walk.end()
