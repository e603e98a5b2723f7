"""What upper apps can say of a request that reached no view, or of a subject's last day; in doubt nothing is proven."""

from collections.abc import Callable, Iterable
from datetime import datetime

from django.http import HttpRequest

from security.addresses import parse

Check = Callable[[HttpRequest], bool]
STAFF = "staff sessions"

Witness = Callable[[datetime], Iterable[str | None]]

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


def was_proven(subject: str, *, since: datetime) -> bool:
    """By any process, also before a restart; asks the database, so only where a ban is at stake."""
    return any(subject in subjects(name, since=since) for name in _witnesses)


def subjects(name: str, *, since: datetime) -> set[str]:
    """Whom one witness names; nobody where none of that name is registered."""
    known = _witnesses.get(name)
    return {parse(address).subject for address in known(since) if address} if known else set()
