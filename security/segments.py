"""Old stretches of the audit chain leave the database as signed segments; what is not safely archived is not deleted."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils import timezone

from security import archives, audit, chain, crypto, entries, propagation
from security.actors import Actor
from security.audit import Act
from security.chain import START, Break, Kind, Place
from security.crypto import Ring
from security.models import AuditSegment

ROWS = 50_000  # of one segment: its rows are deleted in one transaction, for which every other change waits

_SIGNED = ("first", "last", "count", "mac_before", "mac", "archive", "sha256", "closed_by", "key_id")


class NotPruned(Exception):
    """The stretch may not go; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """Rows that may go, and the place they follow."""

    start: Place
    last: int

    @property
    def first(self) -> int:
        return self.start.seq + 1

    @property
    def archive(self) -> str:
        return f"audit-{self.first}-{self.last}.jsonl"


def due(before: datetime) -> list[Stretch]:
    """What is older than an instant, in stretches of one segment each; the newest row always stays."""
    start, found = end(), list[Stretch]()
    young = entries.first_since(before)
    last = entries.newest().seq - 1 if young is None else young - 1
    while start.seq < last:
        upto = entries.place(min(start.seq + ROWS, last))
        if upto is None:
            raise NotPruned(f"Row {min(start.seq + ROWS, last)} is missing: run verify_audit.")
        found.append(Stretch(start, upto.seq))
        start = upto
    return found


def prune(before: datetime, *, by: Actor) -> list[AuditSegment]:
    """Archive, seal and delete what is older; a kill at any point leaves a stretch whole here, or gone with its archive."""
    with _alone():
        return [_close(stretch, by=by) for stretch in due(before)]


def end() -> Place:
    """Where the closed segments end."""
    last = AuditSegment.objects.order_by("-last").first()
    return START if last is None else Place(last.last, last.mac)


def check(ring: Ring) -> tuple[Place, int, Break | None]:
    """Every closed segment, in order: where they end, how many they are, and the first that is wrong."""
    place, count = START, 0
    for segment in AuditSegment.objects.order_by("first").iterator():
        if found := _wrong(segment, place, ring):
            return place, count, found
        place, count = Place(segment.last, segment.mac), count + 1
    first = entries.first()
    if first is not None and first <= place.seq:
        return place, count, Break(Kind.SEGMENT, first, f"Row {first} stands in a segment that is closed.")
    return place, count, None


def _wrong(segment: AuditSegment, place: Place, ring: Ring) -> Break | None:
    name = f"The segment {segment.first} to {segment.last}"
    if segment.key_id not in dict(ring):
        return Break(Kind.UNKNOWN_KEY, segment.first, f"{name} names the key {segment.key_id!r}, which AUDIT_KEYS lacks.")
    if _seal(segment, crypto.key_of(ring, segment.key_id)) != segment.seal:
        return Break(Kind.SEGMENT, segment.first, f"{name} was not closed by this server, or edited: its seal does not fit.")
    if (segment.first - 1, segment.mac_before) != place:
        return Break(Kind.GAP, place.seq + 1, f"{name} does not follow row {place.seq}.")
    return None


def _close(stretch: Stretch, *, by: Actor) -> AuditSegment:
    folder = Path(settings.DATA_DIR)
    for stray in folder.glob(f"audit-{stretch.first}-*.jsonl"):
        stray.unlink()  # of a prune that was killed: its rows are all still here
    written = archives.write(folder / stretch.archive, start=stretch.start, last=stretch.last)
    if written.broken:
        raise NotPruned(f"A broken chain is not pruned. {written.broken.sentence}")
    key_id, key = crypto.newest(settings.AUDIT_KEYS)
    segment = AuditSegment(
        first=stretch.first, last=stretch.last, count=stretch.last - stretch.start.seq, mac_before=stretch.start.mac,
        mac=written.end.mac, archive=stretch.archive, sha256=written.sha256, closed=timezone.now(), closed_by=by.name[:150],
        key_id=key_id,
    )  # fmt: skip
    segment.seal = _seal(segment, key)
    with audit.change():
        propagation.bump()
        segment.save(force_insert=True)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM security_auditentry WHERE seq >= %s AND seq <= %s", (segment.first, segment.last))
            if cursor.rowcount != segment.count:
                raise NotPruned(f"{cursor.rowcount} rows were deleted instead of {segment.count}: nothing was changed.")
        about = f"{segment.first} to {segment.last}"
        audit.record(Act.AUDIT_PRUNED, by=by, about=about, after={"archive": segment.archive, "sha256": segment.sha256})
    return segment


def _seal(segment: AuditSegment, key: bytes) -> str:
    values = [*(getattr(segment, name) for name in _SIGNED), chain.spelled(segment.closed)]
    return crypto.digest(key, purpose="audit segment", data=json.dumps(values).encode()).hex()


@contextmanager
def _alone() -> Iterator[None]:
    fd = os.open(Path(settings.DATA_DIR) / ".pruning", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)
