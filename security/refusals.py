"""What the banned and the unreadable are told; refusals are counted in memory and written down every ten seconds."""

import json
import logging
import secrets
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db import Error, transaction
from django.db.models import Sum
from django.utils import timezone

from security import rollups
from security.addresses import Network
from security.models import Refusal
from security.paths import is_api
from security.rollups import Group, Key, Sums

logger = logging.getLogger(__name__)

EVERY = 10.0  # seconds between two rows of one subject
SUBJECTS = 10_000  # in that time; the further ones of a ban are one row under its range
LINES = 100  # in that time; the further subjects share one line, and its incident id
REST = "*"  # where even the ranges are too many
BATCH = 500
KEEP = timedelta(days=30)
SILENCE = 60.0  # seconds between two lines about headers that cannot be read: a caller may be able to write them
BANNED = "Access from this address is suspended."
UNREADABLE = "The request could not be understood."


class Answer(NamedTuple):
    """As ASGI sends it."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class _Told(NamedTuple):
    """The answers with one incident id, ready made."""

    incident: str
    text: Answer
    json: Answer


@dataclass(slots=True)
class _Met:
    """One subject under one ban, in these ten seconds."""

    told: _Told
    first: datetime
    count: int = 0
    last: float = 0.0  # seconds since 1970


_Key = tuple[str, Network | str]


class _Window:
    """Ten seconds of refusals, at most twice SUBJECTS and one."""

    def __init__(self) -> None:
        self.met: dict[_Key, _Met] = {}
        self.shared: _Told | None = None

    def find(self, subject: str, network: Network) -> _Met:
        return self.met.get((subject, network)) or self._first(self._room(subject, network))

    def take_back(self, other: "_Window") -> None:
        """What could not be written down goes with the next."""
        for key, met in other.met.items():
            if key in self.met:
                self.met[key].count, self.met[key].first = self.met[key].count + met.count, met.first
            elif len(self.met) < 2 * SUBJECTS:
                self.met[key] = met

    def _room(self, subject: str, network: Network) -> _Key:
        if len(self.met) < SUBJECTS:
            return subject, network
        return (str(network), network) if len(self.met) < 2 * SUBJECTS or (str(network), network) in self.met else (REST, REST)

    def _first(self, key: _Key) -> _Met:
        if met := self.met.get(key):
            return met
        return self.met.setdefault(key, _Met(self._tell(*key), timezone.now()))

    def _tell(self, subject: str, network: Network | str) -> _Told:
        """One line in the log per subject, by which its incident id can be found; the next refusals only count."""
        if self.shared is not None:
            return self.shared
        incident = _incident()
        if len(self.met) < LINES:
            logger.info("incident %s: %s is refused by the ban of %s", incident, subject, network)
        else:
            logger.info("incident %s: refused by their bans, subjects beyond the first %d in %d s", incident, LINES, EVERY)
        told = _Told(incident, _text(403, BANNED, incident), _json(403, BANNED, incident))
        if len(self.met) >= LINES:
            self.shared = told
        return told


_lock = threading.Lock()
_now = {"window": _Window()}
_alarm = {"silent_until": 0.0}


def banned(subject: str, *, network: Network, path: str) -> Answer:
    """The answer to a subject under a ban; memory only."""
    with _lock:
        met = _now["window"].find(subject, network)
        met.count += 1
        met.last = time.time()
    return met.told.json if is_api(path) else met.told.text


def unreadable(why: str, *, path: str) -> Answer:
    incident = _incident()
    if time.monotonic() >= _alarm["silent_until"]:
        _alarm["silent_until"] = time.monotonic() + SILENCE
        logger.warning("incident %s: answered 400, %s", incident, why)
    return _json(400, UNREADABLE, incident) if is_api(path) else _text(400, UNREADABLE, incident)


def flush() -> int:
    """Write down what was counted, one row for each subject and ban; the pulse's. Returns how many."""
    with _lock:
        window, _now["window"] = _now["window"], _Window()
    rows = [_row(subject, network, met) for (subject, network), met in window.met.items()]
    if not rows:
        return 0
    try:
        with transaction.atomic():
            Refusal.objects.bulk_create(rows, batch_size=BATCH)
            rollups.add(_sums(rows))
    except Error:
        with _lock:
            _now["window"].take_back(window)
        raise
    return len(rows)


def hits(cidr: str, *, since: datetime | None = None, until: datetime | None = None) -> int:
    """How often a ban was met, by all processes, as far as it is written down and kept; within a time, to the ten seconds."""
    rows = Refusal.objects.filter(cidr=cidr)
    rows = rows.filter(last__gte=since) if since else rows
    rows = rows.filter(first__lte=until) if until else rows
    return rows.aggregate(sum=Sum("count"))["sum"] or 0


def prune() -> int:
    """Delete what is older than a month."""
    return Refusal.objects.filter(last__lt=timezone.now() - KEEP).delete()[0]


def forget() -> None:
    """Start counting anew."""
    with _lock:
        _now["window"] = _Window()
    _alarm["silent_until"] = 0.0


def _sums(rows: Iterable[Refusal]) -> dict[Key, Sums]:
    found: dict[Key, Sums] = {}
    for row in rows:
        minute = rollups.minute_of(row.last.timestamp())
        found.setdefault((minute, Group.GATE), Sums()).refused += row.count
    return found


def _row(subject: str, network: Network | str, met: _Met) -> Refusal:
    last = max(met.first, datetime.fromtimestamp(met.last, met.first.tzinfo))
    return Refusal(subject=subject, cidr=str(network), first=met.first, last=last, count=met.count, incident=met.told.incident)


def _incident() -> str:
    return secrets.token_hex(6)


def _json(status: int, sentence: str, incident: str) -> Answer:
    body = json.dumps({"status": "error", "message": sentence, "incident": incident})
    return _answer(status, b"application/json", body)


def _text(status: int, sentence: str, incident: str) -> Answer:
    return _answer(status, b"text/plain; charset=utf-8", f"{sentence} Incident {incident}\n")


def _answer(status: int, content_type: bytes, text: str) -> Answer:
    body = text.encode()
    return Answer(status, [(b"content-type", content_type), (b"content-length", str(len(body)).encode())], body)
