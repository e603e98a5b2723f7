"""Reads the traffic trail by pages, quickly however many rows there are: what would take long is continued, never waited for.

A page walks back in time along one index, that of its most telling filter, and looks at `WALK` rows of it at most; where the
other filters leave too few of those, the page is short and says how to go on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Coalesce

from security.addresses import NotAnAddress, subject_network
from security.models import TrafficEntry
from security.models.traffic import NUMBERED, Kind
from security.paging import SIZE, WALK, Misasked, Page

FEW = 1_000  # rows of a filter that need not be walked in parts
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FAMILIES = {f"{first}xx": sorted(each for each in HTTPStatus if each // 100 == first) for first in range(1, 6)}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty: all. `status` is one ("404") or a family ("4xx"); `subject` an address, or a subject's name."""

    since: datetime | None = None
    until: datetime | None = None
    subject: str = ""
    incident: str = ""
    user: str = ""
    key: str = ""
    route: str = ""
    status: str = ""
    method: str = ""
    kind: str = ""


Others = dict[str, object]  # conditions beside that of the walk


class _Place(NamedTuple):
    """Where a row stands in time; greater is newer."""

    at: datetime
    pk: int


_Places = QuerySet[TrafficEntry, tuple[datetime, int]]


class _Stretch(NamedTuple):
    """What one walk found, newest first, and the last row it looked at where it went no further."""

    places: list[_Place]
    end: _Place | None


def page(filters: Filters, *, after: str = "", size: int = SIZE) -> Page[TrafficEntry]:
    """The newest rows that pass, or those behind a page's `after`; raises Misasked."""
    rows = _within(filters, _read(after) if after else None)
    driver, others = _split(filters, rows)
    stretches = [_walk(rows.filter(each), others, size=size) for each in driver]
    end = max((each.end for each in stretches if each.end), default=None)
    found = sorted((place for each in stretches for place in each.places), reverse=True)
    seen = [place for place in found if end is None or place >= end]
    if len(seen) > size:
        end = seen[size - 1]
    shown = TrafficEntry.objects.in_bulk([place.pk for place in seen[:size]])
    return Page(
        [shown[place.pk] for place in seen[:size] if place.pk in shown], _spelled(end) if end else "", end.at if end else None
    )


def _within(filters: Filters, after: _Place | None) -> QuerySet[TrafficEntry]:
    rows = TrafficEntry.objects.all()
    if filters.since is not None:
        rows = rows.filter(at__gte=filters.since)
    if filters.until is not None:
        rows = rows.filter(at__lte=filters.until)
    if after is not None:
        rows = rows.filter(~Q(at=after.at, id__gte=after.pk), at__lte=after.at)  # OR would be walked as two indexes
    return rows


def _split(filters: Filters, rows: QuerySet[TrafficEntry]) -> tuple[list[Q], Others]:
    """The filter whose index is walked, in as many walks as it has values, and the others."""
    indexed = _values(filters)
    others: Others = {name: value for name in ("method", "kind") if (value := getattr(filters, name))}
    family = FAMILIES.get(filters.status)
    if indexed:
        best = _most_telling(indexed, rows)
        others |= {"status__range": (family[0], family[-1])} if family else {}
        return [_by(best, indexed.pop(best))], others | indexed
    if family:
        return [Q(status=each) for each in family], others
    return [Q(kind=each) for each in ([others.pop("kind")] if filters.kind else Kind)], others


def _values(filters: Filters) -> Others:
    """What has an index, the most telling first as a rule."""
    found: Others = {"incident": filters.incident} if filters.incident else {}
    found |= {"subject": subject_of(filters.subject)} if filters.subject else {}
    found |= {name: value for name in ("key", "user", "route") if (value := getattr(filters, name))}
    if filters.status and filters.status not in FAMILIES:
        found["status"] = status_of(filters.status)
    return found


def _most_telling(indexed: Mapping[str, object], rows: QuerySet[TrafficEntry]) -> str:
    """The first that few rows pass, else the first."""
    if len(indexed) > 1:
        for name, value in indexed.items():
            if rows.filter(_by(name, value)).order_by("-at")[:FEW].count() < FEW:
                return name
    return next(iter(indexed))


def _by(name: str, value: object) -> Q:
    """So that its index is walked."""
    return Q(**{name: value}) & NUMBERED if name == "incident" else Q(**{name: value})


def _walk(rows: QuerySet[TrafficEntry], others: Others, *, size: int) -> _Stretch:
    places = rows.order_by("-at", "-id").values_list("at", "id")
    if not others:
        return _Stretch([_Place(*each) for each in places[: size + 1]], None)
    end = next((_Place(*each) for each in places[WALK - 1 : WALK]), None)
    near = places.filter(at__gte=end.at) if end is not None else places
    found = [_Place(*each) for each in _unindexed(near, others)[: size + 1]]
    return _Stretch(found, end if len(found) <= size else None)


def _unindexed(places: _Places, others: Others) -> _Places:
    """By expressions that no index has: a planner would leave the index that is to be walked for a worse one."""
    names = {name.partition("__")[0] for name in others}
    plain = {f"plain_{name}": Coalesce(name, Value(0 if name == "status" else "")) for name in names}
    return places.alias(**plain).filter(**{f"plain_{name}": value for name, value in others.items()})


def subject_of(text: str) -> str:
    """By its name or any address of it; raises Misasked."""
    try:
        return subject_network(text.strip()).named
    except NotAnAddress as error:
        raise Misasked(str(error)) from error


def status_of(text: str) -> int:
    """A single one; raises Misasked."""
    if not (text.isascii() and text.isdigit() and len(text) <= 4):
        raise Misasked(f"{text[:20]!r} is no status: give one such as 404, or a family such as 4xx.")
    return int(text)


def _spelled(place: _Place) -> str:
    return f"{(place.at - EPOCH) // timedelta(microseconds=1)}-{place.pk}"


def _read(after: str) -> _Place:
    micros, _, pk = after.partition("-")
    if not all(each.isascii() and each.isdigit() and len(each) < 20 for each in (micros, pk)):
        raise Misasked("That page cannot be found: begin with the first.")
    try:
        return _Place(EPOCH + timedelta(microseconds=int(micros)), int(pk))
    except OverflowError as error:
        raise Misasked("That page cannot be found: begin with the first.") from error
