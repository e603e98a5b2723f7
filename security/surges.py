"""Notices when far more is asked than usual, or answers take far longer, for minutes on end; alarms with who is behind it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from operator import itemgetter
from statistics import median, quantiles

from django.db.models import Sum

from security import alerts, rollups
from security.alerts import Alarm
from security.models import Refusal, TrafficEntry
from security.models.traffic import Kind
from security.rollups import Group, Point

SUSTAINED = 3  # minutes
FACTOR = 4.0  # over what is usual
LEAST_REQUESTS = 1_200.0  # a minute; less is no surge, however quiet it was before
LEAST_MS = 250.0
MEASURED = 30  # answers a minute that percentiles are believed of
TIMED = (Group.API, Group.PAGES, Group.STAFF, Group.UNKNOWN)  # passwords are slow on purpose
LOOKED_AT = 50_000  # newest rows, to see who is behind it
NAMED, SHARE = 5, 0.05  # subjects that are named, each with so much of all


class Sort(StrEnum):
    SURGE = "surge"
    SLOWNESS = "slowness"


@dataclass(frozen=True, slots=True)
class Deviation:
    """Requests a minute, or the 95th percentile in ms: the least of the last minutes, and what is usual."""

    sort: Sort
    now: float
    usual: float


def look() -> None:
    """The lease holder's, each minute."""
    hour = rollups.last_hour()
    found = surge(hour, rollups.last_day()), slowness(rollups.last_hour(*TIMED), rollups.last_day(*TIMED))
    since = hour[-1 - SUSTAINED].start
    for each in filter(None, found):
        alerts.sound(Alarm.DOS, sentence(each, behind(each.sort, since=since)), about=each.sort)


def surge(hour: Sequence[Point], day: Sequence[Point]) -> Deviation | None:
    """Of minutes and of ten minutes, those under way last. A busy day's busy hours are usual, a flood of two hours is not."""
    asked = [float(point.requests + point.refused) for point in hour[:-1]]
    before, lately = asked[:-SUSTAINED], asked[-SUSTAINED:]
    busy = quantiles([(point.requests + point.refused) / 10 for point in day], n=10)[-1]
    return _beyond(Sort.SURGE, min(lately), usual=max(median(before), busy), least=LEAST_REQUESTS)


def slowness(hour: Sequence[Point], day: Sequence[Point]) -> Deviation | None:
    """The same for our own time; minutes of few answers say nothing, and the newest are no measure of themselves."""
    lately = hour[-1 - SUSTAINED : -1]
    if any(point.requests < MEASURED or point.own.p95 is None for point in lately):
        return None
    now = min(point.own.p95 or 0.0 for point in lately)
    known = [point.own.p95 for point in day[:-2] if point.own.p95 is not None]
    return _beyond(Sort.SLOWNESS, now, usual=median(known) if known else 0.0, least=LEAST_MS)


def behind(sort: Sort, *, since: datetime) -> dict[str, float]:
    """How much of it each subject has: requests and refusals, or milliseconds."""
    rows = TrafficEntry.objects.filter(kind=Kind.HTTP, at__gte=since).order_by("-at")
    parts: dict[str, float] = defaultdict(float)
    for subject, ms in rows.values_list("subject", "ms")[:LOOKED_AT]:
        parts[subject] += 1 if sort is Sort.SURGE else ms or 0.0
    if sort is Sort.SURGE:
        refused = Refusal.objects.filter(last__gte=since).values("subject").annotate(all=Sum("count")).order_by("-all")
        for row in refused[:LOOKED_AT]:
            parts[row["subject"]] += row["all"]
    return parts


def sentence(found: Deviation, parts: Mapping[str, float]) -> str:
    if found.sort is Sort.SURGE:
        told = f"{found.now:.0f} requests a minute and more for {SUSTAINED} minutes, where {found.usual:.0f} are usual"
    else:
        told = f"Answers take {found.now:.0f} ms and more (p95) for {SUSTAINED} minutes, where {found.usual:.0f} ms are usual"
    return f"{told}; behind it: {_named(parts)}."


def _beyond(sort: Sort, now: float, *, usual: float, least: float) -> Deviation | None:
    return Deviation(sort, now, usual) if now >= max(least, FACTOR * usual) else None


def _named(parts: Mapping[str, float]) -> str:
    """Those with a large part, and how many others; a flood from everywhere names the first of them."""
    total = sum(parts.values())
    if not total:
        return "nobody who was written down yet"
    first, *rest = sorted(parts.items(), key=itemgetter(1), reverse=True)[:NAMED]
    named = [first, *(each for each in rest if each[1] >= SHARE * total)]
    told = ", ".join(f"{subject} ({100 * part / total:.0f} %)" for subject, part in named)
    others = len(parts) - len(named)
    return told if not others else f"{told} and {others} other{'s' * (others > 1)}"
