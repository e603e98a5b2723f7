"""What is written down of each answered request and each ended socket; what cannot be written is counted, and stops nobody.

A connection's notes travel in its context: whoever learns something of it on the way, in whatever room, says so here.
"""

import json
import logging
import secrets
import time
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from django.conf import settings
from django.urls import ResolverMatch

from security import crypto, paths
from security.models.traffic import Kind
from security.silence import Silence
from security.spool import Spool

logger = logging.getLogger(__name__)

LONGEST = 400  # characters of a header or path that are looked at
METHOD, ROUTE = 10, 100  # characters that are kept
TRIES = 8  # of one connection that are kept

Scope = Mapping[str, Any]


@dataclass(slots=True)
class Notes:
    """What becomes known of one connection."""

    began: float = field(default_factory=time.perf_counter)
    arrived: float | None = None  # when all of it was there, and the waiting for a thread began
    broker: float | None = None  # seconds
    user: str = ""
    key: str = ""
    tried: list[tuple[str, float, str]] | None = None
    counts: bool = False  # some of that, and not as a repetition
    incident: str = ""


class Row(NamedTuple):
    """A line of the spool, as JSON has it."""

    at: float
    kind: str
    subject: str
    method: str
    route: str
    path: str
    status: int
    ms: float | None
    broker_ms: float | None
    size: int | None
    user: str
    key: str
    agent: str
    tried: list[tuple[str, float, str]] | None
    incident: str = ""  # rows that an older version left behind have neither
    again: bool = False  # nothing that was tried counts: it did before


class _About(NamedTuple):
    """What the end of a connection tells of it."""

    kind: Kind
    method: str
    route: str
    status: int
    spent: float | None  # seconds
    size: int | None


_notes: ContextVar[Notes | None] = ContextVar("notes", default=None)
_open: dict[str, Spool | None] = {"spool": None}
_failing = Silence(60.0)
_encode = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode


def open_to(spool: Spool | None) -> None:
    """From now on rows go there; None: nowhere."""
    _open["spool"] = spool


def forget() -> None:
    """Write nowhere (tests)."""
    open_to(None)
    _failing.forget()


def begin() -> None:
    """The gatehouse let a connection in."""
    _notes.set(Notes())


def arrived() -> None:
    """Its body is complete: from here on its time is ours."""
    if (notes := _notes.get()) is not None:
        notes.arrived = time.perf_counter()


def proven(*, user: str, key: str = "") -> None:
    """Who is behind it: the user of its session, or of the key that it carries."""
    if (notes := _notes.get()) is not None:
        notes.user, notes.key = user, key


def tried(scenario: str, *, weight: float, digest: bytes = b"", again: bool = False) -> None:
    """It counts with detection, in the name of its subject; `again`: it would, but is a repetition, or one too many."""
    if (notes := _notes.get()) is not None:
        notes.counts |= not again
        notes.tried = [*(notes.tried or ())[-TRIES:], (scenario, weight, digest.hex())]


def incident() -> str:
    """A number that its caller is told, and may come with."""
    number = secrets.token_hex(6)
    if (notes := _notes.get()) is not None:
        notes.incident = number
    return number


def at_broker(seconds: float) -> None:
    """It waited so long for a broker."""
    if (notes := _notes.get()) is not None:
        notes.broker = (notes.broker or 0.0) + seconds


def answered(scope: Scope, *, status: int, size: int | None, match: ResolverMatch | None = None) -> None:
    """A request has its answer; to be called before that is handed on, in the thread that made it."""
    notes, spool = _notes.get(), _open["spool"]
    if notes is None or spool is None or (status < 400 and scope["path"].startswith(settings.STATIC_URL)):
        return
    spent = None if notes.arrived is None else time.perf_counter() - notes.arrived
    route = (match.view_name or match.route) if match is not None else ""
    about = _About(Kind.HTTP, scope["method"], route, status, spent, size)
    _write(spool, scope, notes, about)


def closed(scope: Scope, *, status: int, size: int) -> None:
    """A socket is over; `size` is what it was sent."""
    notes, spool = _notes.get(), _open["spool"]
    if notes is not None and spool is not None and status:
        about = _About(Kind.SOCKET, "GET", "socket", status, time.perf_counter() - notes.began, size)
        _write(spool, scope, notes, about)


def agent_of(text: bytes, key: str) -> str:
    """A user agent's keyed hash: two requests of one program can be told, the program cannot."""
    return crypto.digest(key.encode(), purpose="user agent", data=text).hex()[:16] if text else ""


def _write(spool: Spool, scope: Scope, notes: Notes, about: _About) -> None:
    try:
        row = Row(
            time.time(), about.kind, scope["caller"].subject, _printable(about.method[:METHOD]), about.route[:ROUTE],
            _path(scope["path"][:LONGEST]), about.status, _ms(about.spent), _ms(notes.broker), about.size,
            notes.user, notes.key, _agent(_header(scope, b"user-agent"), settings.SECRET_KEY), notes.tried,
            notes.incident, bool(notes.tried) and not notes.counts,
        )  # fmt: skip
        spool.write(_encode(row).encode() + b"\n")
    except Exception:
        spool.lose()
        if _failing.is_over():
            logger.exception("A row of the traffic trail could not be written")


def _header(scope: Scope, name: bytes) -> bytes:
    for each, value in scope["headers"]:
        if each == name:
            return bytes(value[:LONGEST])
    return b""


def _printable(text: str) -> str:
    return text if text.isascii() and text.isprintable() else "?"


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 3)


_path = lru_cache(maxsize=2048)(paths.redacted)
_agent = lru_cache(maxsize=1024)(agent_of)
