"""Logins, failures and logouts as operators read them: out of the audit, newest first, paged by its own number."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q

from security.audit import Act
from security.models import AuditEntry, Outcome

PER_PAGE = 50
REACH = 50_000  # rows of the audit that one page is searched for in
ACTS = (Act.LOGGED_IN, Act.LOGGED_OUT, Act.SESSIONS_ENDED, Act.SUDO_CONFIRMED, Act.PASSWORD_CHANGED)

_WORDS = {
    (Act.LOGGED_IN, Outcome.DONE): "Logged in",
    (Act.LOGGED_IN, Outcome.REFUSED): "Wrong name or password",
    (Act.LOGGED_OUT, Outcome.DONE): "Logged out",
    (Act.SESSIONS_ENDED, Outcome.DONE): "Sessions ended",
    (Act.SUDO_CONFIRMED, Outcome.DONE): "Gave the password again",
    (Act.SUDO_CONFIRMED, Outcome.REFUSED): "Wrong password, when asked again",
    (Act.PASSWORD_CHANGED, Outcome.DONE): "Changed the password",
    (Act.PASSWORD_CHANGED, Outcome.REFUSED): "Wrong password, for a new one",
}


class Kind(models.TextChoices):
    ALL = "all", "All"
    LOGINS = "logins", "Logins"
    FAILURES = "failures", "Failures"
    ENDS = "ends", "Logouts"


_HOLDS = {
    Kind.ALL: Q(act__in=ACTS),
    Kind.LOGINS: Q(act=Act.LOGGED_IN, outcome=Outcome.DONE),
    Kind.FAILURES: Q(act__in=ACTS, outcome=Outcome.REFUSED),
    Kind.ENDS: Q(act__in=(Act.LOGGED_OUT, Act.SESSIONS_ENDED)),
}


@dataclass(frozen=True, slots=True)
class Event:
    """`who` it was about; `by` is empty where that is who did it."""

    at: datetime
    what: str
    failed: bool
    who: str
    by: str
    address: str
    credential: str


@dataclass(frozen=True, slots=True)
class Page:
    """`older`: the number before which the next page begins, None at the end; `cut`: the search itself stopped there."""

    rows: list[Event]
    older: int | None
    cut: bool


def page(kind: Kind = Kind.ALL, *, query: str = "", before: int | None = None) -> Page:
    """The newest of a kind; `query` is a part of a user's name, or the beginning of an address."""
    rows = AuditEntry.objects.order_by("-seq")
    newest = rows.values_list("seq", flat=True).first() or 0
    end = newest + 1 if before is None else min(before, newest + 1)
    start = end - REACH
    found = list(rows.filter(_HOLDS[kind], _asked(query), seq__lt=end, seq__gte=start)[: PER_PAGE + 1])
    if len(found) > PER_PAGE:
        return Page([_event(row) for row in found[:PER_PAGE]], found[PER_PAGE - 1].seq, cut=False)
    more = AuditEntry.objects.filter(seq__lt=start).exists()
    return Page([_event(row) for row in found], start if more else None, cut=more)


def _asked(query: str) -> Q:
    return Q(about__icontains=query) | Q(actor__icontains=query) | Q(address__istartswith=query) if query else Q()


def _event(row: AuditEntry) -> Event:
    what = _WORDS.get((Act(row.act), Outcome(row.outcome)), row.act)
    if row.act == Act.SESSIONS_ENDED:
        what = _ended(json.loads(row.after or "{}"))
    return Event(
        at=row.at,
        what=what,
        failed=row.outcome != Outcome.DONE,
        who=row.about,
        by="" if row.actor in (row.about, "nobody") else row.actor,
        address=row.address,
        credential=row.credential,
    )


def _ended(facts: dict[str, object]) -> str:
    count = facts.get("count", 1)
    return "Session ended" if count == 1 else f"{count} sessions ended"
