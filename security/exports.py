"""Stretches of the audit chain for people and courts; what cannot be noted in the chain is not handed out."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from security import archives, audit, entries, segments
from security.actors import Actor
from security.archives import Written
from security.audit import Act
from security.models import AuditSegment
from security.segments import Stretch


class NotExported(Exception):
    """There is no such stretch here; the sentence says why."""


def choose(*, first: int | None = None, last: int | None = None, since: datetime | None = None) -> Stretch:
    """The rows asked for, as far as they are in the database; by default all."""
    oldest, newest = segments.end().seq + 1, entries.newest().seq
    first = oldest if first is None else first
    if since is not None:
        first = max(first, entries.first_since(since) or newest + 1)
    last = newest if last is None else last
    if not 1 <= first <= last <= newest:
        raise NotExported(f"There are no such rows: the database holds {oldest} to {newest}.")
    start = entries.place(first - 1) if first >= oldest else None
    if start is None:
        raise NotExported(_gone(first))
    return Stretch(start, last)


def write(stretch: Stretch, path: Path, *, by: Actor) -> Written:
    """Into a file (0600) that is whole or not there."""
    _tell(stretch, by)
    return archives.write(path, start=stretch.start, last=stretch.last, checked=False)


def pour(stretch: Stretch, file: BinaryIO, *, by: Actor) -> Written:
    _tell(stretch, by)
    return archives.pour(file, start=stretch.start, last=stretch.last, checked=False)


def tell_selected(act: Act, form: str, asked: Mapping[str, str], *, by: Actor) -> None:
    """Before the rows that some filters select are handed out, of the audit or of the traffic."""
    with audit.change():
        audit.record(act, by=by, about=f"selected rows as {form}", after=asked)


def _tell(stretch: Stretch, by: Actor) -> None:
    with audit.change():
        audit.record(Act.AUDIT_EXPORTED, by=by, about=f"{stretch.first} to {stretch.last}")


def _gone(seq: int) -> str:
    segment = AuditSegment.objects.filter(first__lte=seq, last__gte=seq).first()
    if segment is None:
        return f"Row {seq - 1} is missing: run verify_audit."
    return f"Row {seq} left the database: it is in {segment.archive}, which verify_audit --file checks."
