"""Sums of the traffic by minute and by ten minutes: written in the transaction of what they count, read without its rows."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from security import latency, paths
from security.latency import Histogram
from security.models import Action, Ban, Rollup

MINUTE, TEN_MINUTES = 60, 600
KEPT = {MINUTE: timedelta(hours=25), TEN_MINUTES: timedelta(days=90)}
COUNTERS = ("requests", "refused", "not_found", "bad_keys", "bans")


class Group(StrEnum):
    """What requests are summed by."""

    API = "api"
    PAGES = "pages"
    STAFF = "staff"
    PASSWORDS = "passwords"  # where Argon2 takes its time
    UNKNOWN = "unknown"  # no route
    SOCKETS = "sockets"
    GATE = "gate"  # what never came in


@dataclass(slots=True)
class Sums:
    """What was counted in some span of time."""

    requests: int = 0
    refused: int = 0
    not_found: int = 0
    bad_keys: int = 0
    bans: int = 0
    own: list[int] = field(default_factory=list)
    broker: list[int] = field(default_factory=list)


class Percentiles(NamedTuple):
    """Milliseconds; None where nothing was measured."""

    p50: float | None
    p95: float | None
    p99: float | None


@dataclass(frozen=True, slots=True)
class Point:
    """One span of time, of all groups that were asked for. `own` is without what brokers took."""

    start: datetime
    requests: int
    refused: int
    not_found: int
    bad_keys: int
    bans: int
    own: Percentiles
    broker: Percentiles


Key = tuple[datetime, str]  # when a minute starts, group
_Key = tuple[int, datetime, str]  # span, start, group


@lru_cache(maxsize=4096)
def group_of(route: str, path: str, method: str) -> Group:
    """Where a request belongs; sockets are told by their kind."""
    if not route:
        return Group.UNKNOWN
    if paths.is_api(path):
        return Group.API
    if path.startswith(("/security/", f"/{settings.ADMIN_PATH}")):
        return Group.STAFF
    if method == "POST" and path.startswith(settings.PASSWORD_FORMS):
        return Group.PASSWORDS
    return Group.PAGES


def minute_of(at: float) -> datetime:
    return datetime.fromtimestamp(at - at % MINUTE, UTC)


def add(counted: Mapping[Key, Sums]) -> None:
    """Inside a transaction, at its end: whoever adds to the same minute waits for it to stand."""
    if not counted:
        return
    wanted: dict[_Key, list[Sums]] = defaultdict(list)
    for (start, group), each in counted.items():
        for span in KEPT:
            wanted[span, _floor(start, span), group].append(each)
    rows = _locked(wanted)
    for row in rows:
        _write(row, _total([_sums(row), *wanted[row.span, row.start, row.group]]))
    Rollup.objects.bulk_create(rows, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNTERS, "own", "broker"])


def last_hour(*groups: Group) -> list[Point]:
    """60 minutes up to the one under way, oldest first; of all groups unless some are named."""
    return _points(MINUTE, 60, groups)


def last_day(*groups: Group) -> list[Point]:
    """144 times ten minutes up to those under way."""
    return _points(TEN_MINUTES, 144, groups)


def count_bans() -> None:
    """The lease holder's, each minute: the bans of the last hour, counted anew each time, so that none counts twice."""
    now = timezone.now()
    begun = _floor(now - timedelta(hours=1), TEN_MINUTES)
    if not Ban.objects.filter(created__gte=begun).exists():
        return
    for span in KEPT:
        for start in _spans(begun, now, span):
            end = start + timedelta(seconds=span)
            if made := Ban.objects.filter(action=Action.BAN, created__gte=start, created__lt=end).count():
                _set_bans(span, start, made)


def prune() -> int:
    """Minutes go after a day, their sums by ten minutes after a quarter."""
    now = timezone.now()
    return sum(Rollup.objects.filter(span=span, start__lt=now - kept).delete()[0] for span, kept in KEPT.items())


def _locked(keys: Collection[_Key]) -> list[Rollup]:
    """Their rows, made where missing, and held in one order by all, so that no two processes wait for each other."""
    made = [Rollup(span=span, start=start, group=group) for span, start, group in sorted(keys)]
    Rollup.objects.bulk_create(made, ignore_conflicts=True)
    spans, starts, groups = (set(each) for each in zip(*keys, strict=True))
    rows = Rollup.objects.filter(span__in=spans, start__in=starts, group__in=groups).order_by("span", "start", "group")
    return [row for row in rows.select_for_update() if (row.span, row.start, row.group) in keys]


def _sums(row: Rollup) -> Sums:
    return Sums(row.requests, row.refused, row.not_found, row.bad_keys, row.bans, row.own, row.broker)


def _total(several: Sequence[Sums]) -> Sums:
    return Sums(
        *(sum(getattr(each, name) for each in several) for name in COUNTERS),
        own=latency.added(each.own for each in several), broker=latency.added(each.broker for each in several),
    )  # type: ignore[misc]  # fmt: skip


def _write(row: Rollup, sums: Sums) -> None:
    for name in COUNTERS:
        setattr(row, name, getattr(sums, name))
    row.own, row.broker = sums.own, sums.broker


def _set_bans(span: int, start: datetime, made: int) -> None:
    with transaction.atomic():
        (row,) = _locked({(span, start, Group.GATE)})
        if row.bans != made:
            row.bans = made
            row.save(update_fields=["bans"])


def _points(span: int, many: int, groups: Iterable[Group]) -> list[Point]:
    last = _floor(timezone.now(), span)
    first = last - timedelta(seconds=span * (many - 1))
    rows = Rollup.objects.filter(span=span, start__gte=first, start__lte=last)
    if wanted := list(groups):
        rows = rows.filter(group__in=wanted)
    sums: dict[datetime, list[Sums]] = defaultdict(list)
    for start, *facts in rows.values_list("start", *COUNTERS, "own", "broker"):
        sums[start].append(Sums(*facts))
    return [_point(start, _total(sums[start])) for start in _spans(first, last, span)]


def _point(start: datetime, sums: Sums) -> Point:
    return Point(
        start, sums.requests, sums.refused, sums.not_found, sums.bad_keys, sums.bans,
        own=_percentiles(sums.own), broker=_percentiles(sums.broker),
    )  # fmt: skip


def _percentiles(counts: Histogram) -> Percentiles:
    return Percentiles(*(latency.percentile(counts, share) for share in (0.5, 0.95, 0.99)))


def _spans(first: datetime, last: datetime, span: int) -> list[datetime]:
    many = int((last - first).total_seconds()) // span + 1
    return [first + timedelta(seconds=span * number) for number in range(many)]


def _floor(at: datetime, span: int) -> datetime:
    seconds = at.timestamp()
    return datetime.fromtimestamp(seconds - seconds % span, UTC)
