"""The traffic trail ages: after days it is anonymous, later its rows go; a little at a time, so that nobody waits."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import lru_cache

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from security import policy, rollups
from security.addresses import NotAnAddress, subject_network
from security.models import TrafficEntry

CHUNK = 1_000  # rows of one transaction
NEIGHBOURS = {32: 24, 128: 48}  # what is left of an address


def anonymise() -> int:
    """Cut addresses that are old enough to the range around them; how many rows."""
    return sum(_cut(rows) for rows in _chunks(to_anonymise()))


def prune() -> int:
    """Delete what is too old, and of more than may be kept the oldest; how many rows."""
    gone = 0
    for rows in _chunks(to_prune()):
        gone += TrafficEntry.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]
    return gone


def to_anonymise() -> QuerySet[TrafficEntry]:
    before = timezone.now() - timedelta(days=policy.current().traffic_named_days)
    return TrafficEntry.objects.filter(anonymous=False, at__gte=_end(), at__lt=before)


def to_prune() -> QuerySet[TrafficEntry]:
    return TrafficEntry.objects.filter(at__lt=_end())


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


def _end() -> datetime:
    """What is older may not be kept, by its age or since too much is newer."""
    limits = policy.current()
    end, many = timezone.now() - timedelta(days=limits.traffic_days), limits.traffic_rows
    newest = TrafficEntry.objects.order_by("-at").values_list("at", flat=True)
    for at in newest[many : many + 1]:  # the first that is too much
        end = max(end, at + timedelta(microseconds=1))
    return end


def _chunks(rows: QuerySet[TrafficEntry]) -> Iterator[list[TrafficEntry]]:
    """Oldest first; each chunk must be gone from the query before the next is asked for."""
    while found := list(rows.order_by("at").only("pk", "subject")[:CHUNK]):
        yield found


def _cut(rows: list[TrafficEntry]) -> int:
    together = defaultdict(list)
    for row in rows:
        together[neighbours(row.subject)].append(row.pk)
    with transaction.atomic():
        for subject, pks in together.items():
            TrafficEntry.objects.filter(pk__in=pks).update(subject=subject, agent="", anonymous=True)
    return len(rows)
