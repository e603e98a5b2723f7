"""Reads the audit by pages, quickly however many rows there are; what would take long is continued, never waited for.

A page walks back along the chain's numbers and looks at `WALK` of them at most; where the filters leave too few rows of those,
the page is short and says how to go on.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Min, Q, QuerySet

from security.models import AuditEntry
from security.paging import SIZE, WALK, Misasked, Page

ASIDE = 1_000  # rows beside an instant that a clock, set back meanwhile, may have put on its wrong side


@dataclass(frozen=True, slots=True)
class Filters:
    """What is asked for; empty: all. `act` is one or its beginning ("bans:"); `about` and `actor` are parts of theirs."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    act: str = ""
    about: str = ""
    address: str = ""
    outcome: str = ""


def page(filters: Filters, *, after: str = "", size: int = SIZE) -> Page[AuditEntry]:
    """The newest rows that pass, or those behind a page's `after`; raises Misasked."""
    return _walk(_passing(filters), _bounds(filters), after=after, size=size)


def matching(asked: Q, *, after: str = "", size: int = SIZE) -> Page[AuditEntry]:
    """The same for any condition."""
    return _walk(AuditEntry.objects.filter(asked), _bounds(Filters()), after=after, size=size)


def _walk(passing: QuerySet[AuditEntry], bounds: tuple[int, int], *, after: str, size: int) -> Page[AuditEntry]:
    bottom, top = bounds
    if after:
        top = min(top, _read(after) - 1)
    low = max(bottom, top - WALK + 1)
    found = list(passing.filter(seq__gte=low, seq__lte=top).order_by("-seq")[: size + 1])
    if len(found) > size:
        return Page(found[:size], str(found[size - 1].seq), found[size - 1].at)
    return Page(found, str(low), _at(low)) if bottom < low else Page(found, "", None)


def _bounds(filters: Filters) -> tuple[int, int]:
    """The first and the last number that may pass; the first is beyond the last where none may."""
    rows = AuditEntry.objects.all()
    ends = rows.aggregate(Min("seq")), rows.aggregate(Max("seq"))
    bottom, top = ends[0]["seq__min"] or 1, ends[1]["seq__max"] or 0
    if filters.since is not None:
        near = rows.filter(at__gte=filters.since).order_by("at")[:ASIDE].values("seq")
        bottom = near.aggregate(Min("seq"))["seq__min"] or top + 1
    if filters.until is not None:
        near = rows.filter(at__lte=filters.until).order_by("-at")[:ASIDE].values("seq")
        top = near.aggregate(Max("seq"))["seq__max"] or 0
    return bottom, top


def _passing(filters: Filters) -> QuerySet[AuditEntry]:
    asked = Q()
    for name, lookup in {"since": "at__gte", "until": "at__lte", "actor": "actor__icontains", "act": "act__startswith",
                         "about": "about__icontains", "address": "address", "outcome": "outcome"}.items():  # fmt: skip
        if value := getattr(filters, name):
            asked &= Q(**{lookup: value})
    return AuditEntry.objects.filter(asked)


def _at(seq: int) -> datetime | None:
    return AuditEntry.objects.filter(seq__gte=seq).order_by("seq").values_list("at", flat=True).first()


def _read(after: str) -> int:
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        raise Misasked("That page cannot be found: begin with the first.")
    return int(after)
