"""Which process holds which sockets open, and what it counts: each writes a row of its own, everybody reads all of them."""

import json
import os
import socket as network
import time
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from security import sockets
from security.meter import Reading, meter
from security.models import Disconnect, Process
from security.sockets import Socket

BEAT = 1.0  # seconds between two looks whether the row has changed
RENEWAL = 5.0  # seconds until it is written all the same
ALIVE = timedelta(seconds=12)  # a process that has not written for so long is gone
LISTED = 300  # sockets of one process; of more only the number is told
SETTLED = timedelta(seconds=10)  # for which a socket that was ordered closed is left out


class Held(NamedTuple):
    """One open socket. `who` and `credential` are empty for a stranger; `topics` and `sent` (characters) may be seconds old."""

    id: str
    door: str
    who: str
    credential: str
    address: str
    subject: str
    began: float  # seconds since 1970
    topics: int
    sent: int
    process: str = ""

    @property
    def since(self) -> datetime:
        return datetime.fromtimestamp(self.began, UTC)


class Roster(NamedTuple):
    """`sockets` are listed, `unlisted` only counted."""

    sockets: list[Held]
    unlisted: int
    processes: int


class _Own:
    """What this process last wrote, and when it must write again."""

    def __init__(self) -> None:
        self.name = f"{network.gethostname()[:20]}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
        self.reading = Reading()
        self.known: object = None
        self.due = 0.0


_own = _Own()


def write() -> None:
    """The pulse's: this process's row, where it changed or grew old."""
    at, held = time.monotonic(), sockets.held()
    reading, known = meter.read(at=at), [(each.id, each.by) for each in held]
    changes: dict[str, Any] = {}
    if known != _own.known or at >= _own.due:
        changes = {"held": len(held), "sockets": json.dumps([_facts(each)[:-1] for each in _first(held)])}
    if changes or reading != _own.reading:
        _write({"at": Now(), **reading._asdict(), **changes})
        _own.reading, _own.known = reading, known
        _own.due = at + RENEWAL if changes else _own.due


def leave() -> None:
    """The last beat."""
    Process.objects.filter(pk=_own.name).delete()
    forget()


def forget() -> None:
    """Write anew at the next beat."""
    _own.known, _own.due = None, 0.0


def alive() -> QuerySet[Process]:
    return Process.objects.filter(at__gt=Now() - ALIVE)


def standing() -> Roster:
    """What all processes hold open, oldest first; what was just ordered closed is left out."""
    rows = list(alive())
    told = [Held(*fields)._replace(process=row.name.rpartition(":")[0]) for row in rows for fields in json.loads(row.sockets)]
    unlisted = sum(row.held for row in rows) - len(told)
    ids, subjects = _ordered()
    left = [each for each in told if each.id not in ids and each.began > subjects.get(each.subject, 0.0)]
    return Roster(sorted(left, key=lambda each: each.began), max(0, unlisted), len(rows))


def prune() -> int:
    """Forget processes that are gone, and what they were ordered."""
    gone, _ = Process.objects.filter(at__lt=Now() - 5 * ALIVE).delete()
    old, _ = Disconnect.objects.filter(at__lt=timezone.now() - timedelta(hours=1)).delete()
    return gone + old


def _first(held: list[Socket]) -> list[Socket]:
    """Strangers, whom a flood may bring, come behind all others."""
    return [*(each for each in held if each.by), *(each for each in held if not each.by)][:LISTED]


def _facts(socket: Socket) -> Held:
    by, caller = socket.by, socket.caller
    return Held(
        id=socket.id,
        door=socket.door,
        who=by.name if by else "",
        credential=by.credential if by else "",
        address=caller.address,
        subject=caller.subject,
        began=round(socket.since.timestamp(), 3),
        topics=socket.topics(),
        sent=socket.sent,
    )


def _ordered() -> tuple[set[str], dict[str, float]]:
    """Sockets by id, and subjects with the moment up to which theirs shall close."""
    lately = Disconnect.objects.filter(at__gt=timezone.now() - SETTLED).order_by("at").values_list("socket", "subject", "at")
    rows = list(lately)
    return {socket for socket, _, _ in rows if socket}, {subject: at.timestamp() for _, subject, at in rows if subject}


def _write(values: dict[str, Any]) -> None:
    if not Process.objects.filter(pk=_own.name).update(**values):
        Process.objects.create(name=_own.name, **values)
