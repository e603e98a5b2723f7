"""What an operator should look at: a line in the log at once, a row within a second; it neither stops nor shares its cause.

An alarm often tells of what went wrong inside a transaction that is then rolled back, so it is never written there: it is
remembered, and the pulse writes it down on a connection of its own. A process that dies before loses that row, not the line.
"""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Greatest
from django.utils import timezone

from security import audit
from security.actors import Actor
from security.audit import Act
from security.models import Alert
from security.redaction import clean

logger = logging.getLogger(__name__)

MOST = 1_000  # open alerts of one kind, and what is remembered between two beats; beyond them one tells of all the others
KEPT = timedelta(days=365)  # of closed ones


class Alarm(StrEnum):
    """The closed list of what is alarmed about."""

    BAN = "ban"  # an automatic ban
    SPARED = "spared"  # automation would have banned whom it may not, or who is on probation
    DISTRIBUTED_SCAN = "distributed-scan"
    DETECTION = "detection"  # what is tried cannot be told to other processes
    DECOY = "decoy"  # somebody who is logged in asked for one
    GUESSES = "guesses"
    OLD_KEY = "old-key"
    CANARY = "canary-key"
    ADMIN_PROBED = "admin-probed"
    UNCONFIGURED_PROXY = "unconfigured-proxy"
    LIMIT_STORE = "limit-store"
    BAN_LIST = "ban-list"
    AUDIT_CHAIN = "audit-chain"
    POLICY = "policy"
    PAUSED = "bans-paused"
    TRAIL = "traffic-trail"  # rows of it were lost
    DOS = "dos"  # a surge, or slowness that lasts


@dataclass(slots=True)
class _Heard:
    sentence: str
    first: datetime
    last: datetime
    count: int = 1


_heard: OrderedDict[tuple[str, str], _Heard] = OrderedDict()  # (kind, about) -> what is not written down yet
_lock = threading.Lock()


def sound(alarm: Alarm, sentence: str, *, about: str = "") -> None:
    """Open an alert, or count one more on the open one of the same kind about the same thing; asks no database."""
    about, sentence = clean(about, most=100), clean(sentence, most=400)
    if _hear(alarm, about, sentence or alarm):
        logger.warning("alert %s%s: %s", alarm, f" ({about})" if about else "", sentence)


def flush() -> None:
    """Write down what was heard; what cannot be written is kept for the next time."""
    while heard := _next():
        (alarm, about), what = heard
        try:
            _write(alarm, about, what)
        except Exception:
            with _lock:
                _merge((alarm, about), what)
            raise


def standing() -> QuerySet[Alert]:
    """Those that nobody closed yet, newest first, with what this process just heard."""
    flush()
    return Alert.objects.filter(closed=None)


def close(alert: Alert, *, by: Actor) -> bool:
    """Somebody has seen it; the next of its kind is a new one. False: it was closed already."""
    with audit.change():
        found = Alert.objects.filter(pk=alert.pk, closed=None).first()
        if found is None:
            return False
        found.closed, found.closed_by = timezone.now(), by.name
        found.save(update_fields=["closed", "closed_by"])
        audit.record(Act.ALERT_CLOSED, by=by, about=str(found), before={"count": found.count, "sentence": found.sentence})
        return True


def close_kind(alarm: Alarm, *, by: Actor) -> None:
    """What it was about is over."""
    for alert in standing().filter(kind=alarm):
        close(alert, by=by)


def close_all(*, until: datetime, by: Actor) -> int:
    """Close those that last sounded up to an instant: what somebody has on the screen, and nothing newer."""
    with audit.change():
        seen = Alert.objects.filter(closed=None, last__lte=until)
        kinds = sorted(set(seen.values_list("kind", flat=True)))
        count = seen.update(closed=timezone.now(), closed_by=by.name)
        if count:
            audit.record(Act.ALERT_CLOSED, by=by, about="all that stood", before={"alerts": count, "kinds": kinds})
        return count


def prune() -> int:
    """Forget those that were closed long ago."""
    return Alert.objects.filter(closed__lt=timezone.now() - KEPT).delete()[0]


def forget() -> None:
    """What was heard and not yet written (tests)."""
    with _lock:
        _heard.clear()


def _hear(alarm: str, about: str, sentence: str) -> bool:
    """Was nothing of the kind heard since the last beat?"""
    now = timezone.now()
    with _lock:
        crowded = len(_heard) >= MOST and (alarm, about) not in _heard
        return _merge((alarm, "" if crowded else about), _Heard(sentence, now, now))


def _merge(name: tuple[str, str], what: _Heard) -> bool:
    known = _heard.setdefault(name, what)
    if known is what:
        return True
    known.count, known.first = known.count + what.count, min(known.first, what.first)
    if what.last >= known.last:
        known.sentence, known.last = what.sentence, what.last
    return False


def _next() -> tuple[tuple[str, str], _Heard] | None:
    with _lock:
        return _heard.popitem(last=False) if _heard else None


def _write(alarm: str, about: str, what: _Heard) -> None:
    """On the open alert, or as a new one; whoever loses the race to open it counts on the winner's."""
    mine = Alert.objects.filter(kind=alarm, about=about, closed=None)
    again = {"count": F("count") + what.count, "last": Greatest("last", what.last), "sentence": what.sentence}
    if mine.update(**again):
        return None
    if about and Alert.objects.filter(kind=alarm, closed=None).count() >= MOST:
        sentence = f"More than {MOST} of these are open. The latest, about {about}: {what.sentence}"
        return _write(alarm, "", _Heard(sentence[:400], what.first, what.last, what.count))
    try:
        with transaction.atomic():
            Alert.objects.create(
                kind=alarm, about=about, sentence=what.sentence, first=what.first, last=what.last, count=what.count
            )
    except IntegrityError:
        if not mine.update(**again):
            raise
