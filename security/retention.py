"""The traffic trail ages: after days it is anonymous, later its rows go; a little at a time, so that nobody waits."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from security import excess, policy, rollups
from security.addresses import NEIGHBOURS, NotAnAddress, subject_network
from security.models import TrafficEntry

CHUNK = 1_000  # rows of one transaction


def anonymise() -> int:
    """Cut addresses that are old enough to the range around them; how many rows."""
    return sum(_cut(rows) for rows in _chunks(to_anonymise()))


def prune() -> int:
    """Delete what may not be kept, by its age or since it is too much; how many rows."""
    gone = 0
    for part in excess.find().parts():
        for rows in _chunks(part):
            gone += TrafficEntry.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]
    return gone


def would_prune() -> int:
    return sum(part.count() for part in excess.find().parts())


def to_anonymise() -> QuerySet[TrafficEntry]:
    """What is old enough, without what goes anyway."""
    before = timezone.now() - timedelta(days=policy.current().traffic_named_days)
    return excess.find().others().filter(anonymous=False, at__lt=before)


def keep() -> None:
    """The lease holder's, each hour."""
    prune()
    anonymise()
    rollups.prune()


@lru_cache(maxsize=4096)
def neighbours(subject: str) -> str:
    """The /24 or /48 around a subject; what is wider stays as it is."""
    try:
        network = subject_network(subject)
    except NotAnAddress:
        return subject
    length = NEIGHBOURS[network.bits]
    return str(network.around(length)) if network.length > length else subject


def _chunks(rows: QuerySet[TrafficEntry]) -> Iterator[list[TrafficEntry]]:
    """Oldest first; each chunk must be gone from the query before the next is asked for.

    That begins where the last one ended: it would pass all that is gone, or stays, before it found any.
    """
    rows = rows.order_by("at").only("pk", "at", "subject")
    found = list(rows[:CHUNK])
    while found:
        yield found
        found = list(rows.filter(at__gte=found[-1].at)[:CHUNK])


def _cut(rows: list[TrafficEntry]) -> int:
    together = defaultdict(list)
    for row in rows:
        together[neighbours(row.subject)].append(row.pk)
    with transaction.atomic():
        for subject, pks in together.items():
            TrafficEntry.objects.filter(pk__in=pks).update(subject=subject, agent="", anonymous=True)
    return len(rows)
