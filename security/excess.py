"""Which rows of the traffic trail may not be kept: of too many, first what a flood left behind, then the oldest.

Whoever is refused for asking too often would otherwise push older evidence out. Nothing here sorts the trail: each query walks
one index, and counts or stops on its way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from security import policy
from security.models import TrafficEntry
from security.models.traffic import Kind

# Too many requests by nobody proven, which count with nothing. `<=`, since by `= ""` SQLite would walk nearly all rows.
FLOOD = Q(status=429, user__lte="", key__lte="", tried__isnull=True)
TICK = timedelta(microseconds=1)

Rows = QuerySet[TrafficEntry]


@dataclass(frozen=True, slots=True)
class Excess:
    """Rows before `end` go, and until `flood_end` those of a flood; what came at one instant goes together."""

    end: datetime
    flood_end: datetime

    def parts(self) -> list[Rows]:
        """What goes, no row in two of them."""
        flood = TrafficEntry.objects.filter(FLOOD, at__gte=self.end, at__lt=self.flood_end)
        return [*(rows.filter(at__lt=self.end) for rows in _walks()), flood]

    def others(self) -> Rows:
        """What stays."""
        return TrafficEntry.objects.filter(~(FLOOD & Q(at__lt=self.flood_end)), at__gte=self.end)


def find() -> Excess:
    limits = policy.current()
    end = timezone.now() - timedelta(days=limits.traffic_days)
    kept = [rows.filter(at__gte=end) for rows in _walks()]
    many = sum(rows.count() for rows in kept) - limits.traffic_rows
    if many <= 0:
        return Excess(end, end)
    flood = TrafficEntry.objects.filter(FLOOD, at__gte=end)
    if flood_end := _after(flood, many):
        return Excess(end, flood_end)
    many, newest = many - flood.count(), flood.order_by("-at").values_list("at", flat=True).first()
    http, sockets = (rows.filter(~FLOOD) for rows in kept)
    return Excess(_after(http.union(sockets, all=True), many) or end, newest + TICK if newest else end)


def _walks() -> list[Rows]:
    """All rows, by the index of their kind: none has the time alone."""
    return [TrafficEntry.objects.filter(kind=kind).order_by() for kind in Kind]


def _after(rows: Rows, many: int) -> datetime | None:
    """When so many of them are over, oldest first; None: they are fewer, or none is asked for."""
    if not many:
        return None
    at = rows.order_by("at").values_list("at", flat=True)[many - 1 : many].first()
    return at + TICK if at else None
