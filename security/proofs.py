"""What upper apps can say of a request that reached no view, or of a subject's last day; in doubt nothing is proven."""

import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from django.http import HttpRequest
from django.utils import timezone

from security.addresses import parse
from security.clientip import Caller
from security.silence import Silence

Check = Callable[[HttpRequest], bool]
STAFF = "staff sessions"

Witness = Callable[[datetime], Iterable[str | None]]

DAY = timedelta(hours=24)

_recognised = Silence(60.0, most=100_000)  # by subject: who proved themselves to this process
_met = Silence(60.0, most=100_000)  # by subject: those, and whoever else had a live session
_checks: dict[str, Check] = {}
_witnesses: dict[str, Witness] = {}


def accept(name: str, check: Check) -> None:
    """Register, for `apps.py::ready`, what else than a session proves a request; it must be cheap and change nothing."""
    _checks[name] = check


def witness(name: str, addresses: Witness) -> None:
    """Register, for `apps.py::ready`, who knows the addresses that a live key or a staff session came from since an instant."""
    _witnesses[name] = addresses


def is_proven(request: HttpRequest) -> bool:
    """A live session, or what an upper app accepts (a live API key)."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return True
    return any(check(request) for check in _checks.values())


def recognised(caller: Caller) -> None:
    """A live key or a staff session came from here: for 24 h this subject is throttled where others are banned."""
    _recognised.is_over(caller.subject)
    met(caller)


def met(caller: Caller) -> None:
    """A live key or session, of anybody, came from here: for 24 h this subject's requests do not wait behind strangers'."""
    _met.is_over(caller.subject)


def is_met(subject: str) -> bool:
    """By this process within 24 h; memory only."""
    return time.time() - _met.began(subject) < DAY.total_seconds()


def is_recognised(subject: str) -> bool:
    """By this process within 24 h; memory only."""
    return time.time() - _recognised.began(subject) < DAY.total_seconds()


def is_trusted(subject: str) -> bool:
    """By any process within 24 h: this one remembers at once, what others saw stands in the database."""
    return is_recognised(subject) or was_proven(subject, since=timezone.now() - DAY)


def recent() -> set[str]:
    """Every subject recognised within 24 h: what this process remembers, and what stands in the database."""
    since = timezone.now() - DAY
    mine = {subject for subject in _recognised.names() if is_recognised(subject)}
    return mine.union(*(subjects(name, since=since) for name in _witnesses))


def forget() -> None:
    """Remember nobody."""
    _recognised.forget()
    _met.forget()


def names() -> list[str]:
    """The witnesses there are."""
    return list(_witnesses)


def was_proven(subject: str, *, since: datetime) -> bool:
    """By any process, also before a restart; asks the database, so only where a ban is at stake."""
    return any(subject in subjects(name, since=since) for name in _witnesses)


def subjects(name: str, *, since: datetime) -> set[str]:
    """Whom one witness names; nobody where none of that name is registered."""
    known = _witnesses.get(name)
    return {parse(address).subject for address in known(since) if address} if known else set()
