"""Which rows of the traffic trail may not be kept: of too many, first what a flood left behind, then the oldest.

Whoever is refused for asking too often, or before Django, would otherwise push older evidence out. Nothing here sorts the
trail: each query walks one index, or merges such walks, and counts or stops on its way.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from security import policy
from security.models import TrafficEntry
from security.models.traffic import Kind

# By nobody proven, and it counts with nothing. `<=`, since by `= ""` SQLite would walk nearly all rows.
NOBODY = Q(user__lte="", key__lte="", tried__isnull=True)
# What the bridge refuses, and the second port: neither route nor incident. Django's refusals have one of them, and its limits.
UNSEEN, BEFORE_DJANGO = (400, 408, 413, 415, 426, 431, 503), NOBODY & Q(route__lte="", incident__lte="")
FLOODS = {429: NOBODY} | dict.fromkeys(UNSEEN, BEFORE_DJANGO)  # by status
FLOOD = Q(NOBODY, status=429) | Q(BEFORE_DJANGO, status__in=UNSEEN)
TICK = timedelta(microseconds=1)

Rows = QuerySet[TrafficEntry]


@dataclass(frozen=True, slots=True)
class Excess:
    """Rows before `end` go, and until `flood_end` those of a flood; what came at one instant goes together."""

    end: datetime
    flood_end: datetime

    def parts(self) -> list[Rows]:
        """What goes, no row in two of them."""
        floods = [rows.filter(at__gte=self.end, at__lt=self.flood_end) for rows in _floods()]
        return [*(rows.filter(at__lt=self.end) for rows in _walks()), *floods]

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
    floods = [rows.filter(at__gte=end) for rows in _floods()]
    if flood_end := _after(floods, many):
        return Excess(end, flood_end)
    newest = [rows.order_by("-at").values_list("at", flat=True).first() for rows in floods]
    others = [rows.filter(~FLOOD) for rows in kept]
    rest = _after(others, many - sum(rows.count() for rows in floods))
    return Excess(rest or end, max((at + TICK for at in newest if at), default=end))


def _walks() -> list[Rows]:
    """All rows, by the index of their kind: none has the time alone."""
    return [TrafficEntry.objects.filter(kind=kind).order_by() for kind in Kind]


def _floods() -> list[Rows]:
    """Those of floods, by the index of their status."""
    return [TrafficEntry.objects.filter(flood, status=status).order_by() for status, flood in FLOODS.items()]


def _after(walks: list[Rows], many: int) -> datetime | None:
    """When so many of their rows are over, oldest first; None: they are fewer, or none is asked for."""
    if not many:
        return None
    first, *others = walks
    at = first.union(*others, all=True).order_by("at").values_list("at", flat=True)[many - 1 : many].first()
    return at + TICK if at else None
