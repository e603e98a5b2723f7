"""Logins, failures and logouts as operators read them: out of the audit, newest first, paged by its own number."""

import json
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q

from security import audit_pages, paging
from security.audit import Act
from security.models import AuditEntry, Outcome

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
    """`older` asks for what follows, empty at the end; `cut`: the search stopped at `until`, before it found a whole page."""

    rows: list[Event]
    older: str
    cut: bool
    until: datetime | None


def page(kind: Kind = Kind.ALL, *, query: str = "", before: str = "") -> Page:
    """The newest of a kind; `query` is a part of a user's name, or the beginning of an address. Raises Misasked."""
    found = audit_pages.matching(_HOLDS[kind] & _asked(query), after=before)
    cut = bool(found.after) and len(found.rows) < paging.SIZE
    return Page([_event(row) for row in found.rows], found.after, cut, found.until)


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
