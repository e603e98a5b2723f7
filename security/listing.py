"""The ban list as operators read it: searched, filtered, newest first, paged by key; quick however many rows there are."""

from dataclasses import dataclass
from uuid import UUID

from django.db import models
from django.db.models import Q, QuerySet

from security import banlist, refusals
from security.banlist import BanRefused
from security.models import Ban, State
from security.snapshot import ENDED, lasting

PER_PAGE = 50
REACH = 100_000  # rows of one state that a page is searched for in, where no index answers
FEW = 2_000  # rows in a range that are looked up one by one; where there are more, reading on meets one soon
COUNTED = 10_000

Part = tuple[QuerySet[Ban], Q]  # what an index gives in order, and what else must hold


class Listed(models.TextChoices):
    IN_FORCE = "in-force", "In force"
    ENDED = "ended", "Ended"
    ALL = "all", "Any state"


@dataclass(frozen=True, slots=True)
class Wanted:
    """`query`: an address, a range, or a word of the reason, of who banned, or of the address. What is empty wants all."""

    query: str = ""
    state: str = Listed.IN_FORCE
    action: str = ""
    origin: str = ""
    scenario: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """`older`: the key before which the next page begins, None at the end; `cut`: the search itself stopped there."""

    rows: list[Ban]
    older: UUID | None
    cut: bool


@dataclass(frozen=True, slots=True)
class Count:
    """So many, or, with `more`, more than so many."""

    many: int
    more: bool


def page(wanted: Wanted, *, before: UUID | None = None) -> Page:
    """The newest that match. Each state's rows are read in the order of their index and merged: nothing sorts them all."""
    asked, indexed = _asked(wanted.query)
    parts = _parts(wanted.state)
    found: list[Ban] = []
    stops: list[UUID] = []
    for rows, holds in parts:
        ordered = rows.filter(pk__lt=before).order_by("-pk") if before else rows.order_by("-pk")
        some, stop = _read(ordered, _same(wanted) & holds & asked, reach=None if indexed else REACH // len(parts))
        found += some
        stops += [stop] if stop else []
    return _merged(found, stop=max(stops, default=None))


def in_force() -> Count:
    """How many are, counted no further than anybody reads."""
    if Ban.objects.filter(state=State.ACTIVE).order_by()[: COUNTED + 1].count() > COUNTED:
        return Count(COUNTED, more=True)
    return Count(banlist.in_force().count(), more=False)


def blocked(row: Ban) -> int:
    """How many requests it refused while it held, as far back as refusals are kept."""
    return refusals.hits(row.cidr, since=row.starts, until=row.lifted or row.expires)


def _parts(state: str) -> list[Part]:
    """By state, since one index holds each state's rows newest first; a ban that ran out may not be marked so yet."""
    rows = Ban.objects.all()
    if state == Listed.IN_FORCE:
        return [(rows.filter(state=State.ACTIVE), lasting())]
    if state == Listed.ALL:
        return [(rows.filter(state=each), Q()) for each in State]
    over = banlist.run_out().order_by("expires").values_list("pk", flat=True)
    return [*((rows.filter(state=each), Q()) for each in ENDED), (rows.filter(pk__in=list(over[:FEW])), Q())]


def _same(wanted: Wanted) -> Q:
    asked = {"action": wanted.action, "origin": wanted.origin, "scenario": wanted.scenario}
    return Q(**{name: value for name, value in asked.items() if value})


def _asked(query: str) -> tuple[Q, bool]:
    """What a row must match, and whether an index finds it."""
    if not query:
        return Q(), True
    try:
        target = banlist.parsed(query)
    except BanRefused:
        return Q(cidr__icontains=query) | Q(reason__icontains=query) | Q(actor__icontains=query), False
    touched = banlist.overlapping(target)
    near = Ban.objects.filter(banlist.holding(target) | Q(start__range=(target.first, target.last))).order_by()
    few = list(near.values_list("pk", flat=True)[: FEW + 1])
    return (touched & Q(pk__in=few), True) if len(few) <= FEW else (touched, False)


def _read(ordered: QuerySet[Ban], asked: Q, *, reach: int | None) -> tuple[list[Ban], UUID | None]:
    """A page and one more; where no index answers, only so many rows are asked, and then where that ended."""
    stop = None
    for depth in (reach // 50, reach) if reach else ():
        stop = ordered.values_list("pk", flat=True)[depth : depth + 1].first()
        found = list(ordered.filter(asked, pk__gte=stop)[: PER_PAGE + 1]) if stop else []
        if stop is None or len(found) > PER_PAGE:
            break
    return (found, stop) if stop else (list(ordered.filter(asked)[: PER_PAGE + 1]), None)


def _merged(found: list[Ban], *, stop: UUID | None) -> Page:
    """What lies beyond the first stop was not looked for in every state."""
    newest = sorted(found, key=lambda row: row.pk, reverse=True)
    rows = [row for row in newest if stop is None or row.pk >= stop]
    if len(rows) > PER_PAGE:
        return Page(rows[:PER_PAGE], rows[PER_PAGE - 1].pk, cut=False)
    return Page(rows, stop, cut=stop is not None)
