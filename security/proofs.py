"""What proves a request that reached no view, and who proved themselves within a day; in doubt nothing is proven."""

import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import chain

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone

from security.addresses import SUBJECT_LENGTH, Network, network, parse
from security.clientip import Caller
from security.models import Proof, ProvenBy
from security.silence import Silence

Check = Callable[[HttpRequest], str | None]
Witness = Callable[[], Iterable[str]]

RECALL_EVERY = 60.0  # seconds between two looks at what other processes wrote down
EVERY = 0.25  # seconds between two writings: as often as what was tried is merged
NOTED = 60.0  # seconds in which a subject is written down once
LASTS = timedelta(hours=24, seconds=NOTED)  # the last use may be so much younger than what is written
SETTLED = timedelta(minutes=2)  # what was noted then is written down by now
MOST = 100_000  # subjects that a process remembers of a kind
BATCH = 500

_noted = {by: Silence(NOTED, most=MOST) for by in ProvenBy}
_met = Silence(NOTED, most=MOST)  # by subject: those, and whoever else had a live session
_recalled: dict[str, datetime] = {}
_unwritten: dict[tuple[str, ProvenBy], datetime] = {}
_lock = threading.Lock()
_checks: dict[str, Check] = {}
_witnesses: dict[str, Witness] = {}


def accept(name: str, check: Check) -> None:
    """Register, for `apps.py::ready`, what else than a session proves a request, and whom to charge for it.

    It must be cheap and change nothing.
    """
    _checks[name] = check


def witness(name: str, at_work: Witness) -> None:
    """Register, for `apps.py::ready`, who knows the addresses that live staff sessions come from."""
    _witnesses[name] = at_work


def prover(request: HttpRequest) -> str | None:
    """Whom to charge for it: the user of a live session, or what an upper app accepts (a live API key)."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        return f"user {user.pk}"
    return next((found for check in _checks.values() if (found := check(request)) is not None), None)


def recognised(caller: Caller, *, by: ProvenBy) -> None:
    """A live key or a staff session came from here: for 24 h this subject is throttled where others are banned. Memory only."""
    if _noted[by].is_over(caller.subject):
        with _lock:
            _unwritten[caller.subject, by] = timezone.now()
    met(caller)


def met(caller: Caller) -> None:
    """A live key or session, of anybody, came from here: for 24 h this subject's requests do not wait behind strangers'."""
    _met.is_over(caller.subject)


def is_met(subject: str) -> bool:
    """By this process within 24 h, or by another a minute ago and longer; memory only."""
    return time.time() - _met.began(subject) < LASTS.total_seconds()


def is_recognised(subject: str) -> bool:
    """By this process within 24 h; memory only."""
    since = time.time() - LASTS.total_seconds()
    return any(noted.began(subject) > since for noted in _noted.values())


def found_in(target: Network) -> str | None:
    """A subject in a range that was recognised within 24 h, by whichever process; asks the database, as a ban is at stake."""
    if target.length == SUBJECT_LENGTH[target.bits]:  # nearly always, and found by its name
        known = is_recognised(target.named) or lately().filter(subject=target.named).exists()
        return target.named if known else None
    mine = (name for noted in _noted.values() for name in noted.names() if is_recognised(name))
    all_known = chain(mine, lately().values_list("subject", flat=True).iterator())
    return next((subject for subject in all_known if target.overlaps(network(subject))), None)


def lately() -> QuerySet[Proof]:
    """What all processes wrote down within 24 h."""
    return Proof.objects.filter(last__gt=timezone.now() - LASTS)


def at_work() -> set[str]:
    """The subjects that live staff sessions come from; asks the database."""
    return {parse(address).subject for known in _witnesses.values() for address in known() if address}


def flush() -> int:
    """Write down whom this process recognised; the pulse's. What cannot be written is kept for the next time."""
    taken = _take()
    rows = [Proof(subject=subject, by=by, last=last) for (subject, by), last in sorted(taken.items())]
    try:  # in one order everywhere, so that no two processes wait for each other's rows
        Proof.objects.bulk_create(
            rows, batch_size=BATCH, update_conflicts=True, unique_fields=["subject", "by"], update_fields=["last"]
        )
    except Exception:
        with _lock:
            _unwritten.update(taken | _unwritten)
        raise
    return len(rows)


def recall() -> int:
    """Have met whom any process wrote down since the last time, at first within 24 h; the pulse's. How many those were."""
    began, since = timezone.now(), _recalled.get("at", timezone.now() - LASTS)
    rows = Proof.objects.filter(last__gt=since - SETTLED).order_by("-last").values_list("subject", "last")[:MOST]
    for subject, last in rows:
        _met.recall(subject, last.timestamp())
    _recalled["at"] = began
    return len(rows)


def prune() -> int:
    """Forget what spares nobody any more."""
    return Proof.objects.filter(last__lte=timezone.now() - LASTS).delete()[0]


def forget() -> None:
    """Remember nobody, as after a restart."""
    _take()
    _recalled.clear()
    for noted in (_met, *_noted.values()):
        noted.forget()


def _take() -> dict[tuple[str, ProvenBy], datetime]:
    with _lock:
        taken = dict(_unwritten)
        _unwritten.clear()
    return taken
