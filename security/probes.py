"""Who tries doors: ten distinct bad keys or twenty unknown paths in 24 h ban; if that fails it alarms and goes on."""

import logging
import time
from collections import OrderedDict
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from security import bans, crypto, proofs
from security.clientip import Caller
from security.models import Action, Origin
from security.paths import normalise, weight
from security.tally import Tally

logger = logging.getLogger(__name__)

DAY = 24 * 3600.0  # seconds
RETRY = 10.0  # seconds until a ban that failed is tried again
SUBJECTS = 100_000  # remembered; beyond them the longest quiet is forgotten
SILENCE = 60.0  # seconds between two alarms about that


@dataclass(frozen=True, slots=True)
class Kind:
    """One way of trying doors."""

    scenario: str
    reason: str
    tally: Tally


KEYS = Kind("bad-keys", "10 distinct bad API keys within 24 h", Tally(threshold=10, window=DAY, retry=RETRY))
PATHS = Kind("unknown-paths", "20 distinct unknown paths within 24 h", Tally(threshold=20, window=DAY, retry=RETRY))

_recognised: OrderedDict[str, float] = OrderedDict()  # subject -> when it last proved itself
_alarm = {"silent_until": 0.0}


def now() -> float:
    return time.time()


def bad_key(caller: Caller, token: str) -> None:
    """A key was presented that is not live; the identical one counts once a subject and day."""
    _ring(caller, KEYS, token)


def unrouted(caller: Caller, path: str) -> None:
    """A path (decoded once, no query) matched no route, and nothing proved who asked."""
    normal = normalise(path)
    if weight(normal):
        _ring(caller, PATHS, normal)


def recognised(caller: Caller) -> None:
    """A live key or a staff session came from here: for 24 h this subject is throttled where others are banned."""
    at = now()
    if at - _recognised.get(caller.subject, 0.0) < 60:
        return
    _recognised.pop(caller.subject, None)
    _recognised[caller.subject] = at
    while len(_recognised) > SUBJECTS:
        _recognised.popitem(last=False)


def is_recognised(subject: str) -> bool:
    return now() - _recognised.get(subject, 0.0) < DAY


def forget() -> None:
    """Remember nobody."""
    _recognised.clear()
    _alarm["silent_until"] = 0.0
    for kind in (KEYS, PATHS):
        kind.tally.clear()


def _ring(caller: Caller, kind: Kind, tried: str) -> None:
    digest = crypto.digest(settings.SECRET_KEY.encode(), purpose=kind.scenario, data=tried.encode(errors="replace"))
    overflowed = kind.tally.overflowed
    if kind.tally.add(caller.subject, digest[:16], at=now()):
        _judge(caller, kind)
    if kind.tally.overflowed != overflowed:
        _alarm_of_many()


def _judge(caller: Caller, kind: Kind) -> None:
    if not settings.BANS:
        return
    try:
        _sentence(caller, kind)
    except Exception:
        logger.critical("%s could not be banned for %s", caller.subject, kind.reason, exc_info=True)
    else:
        kind.tally.forget(caller.subject)  # after a failure its next try asks again


def _sentence(caller: Caller, kind: Kind) -> None:
    spared = bans.never_bannable(caller.address, automatic=True) or _proven(caller.subject)
    if spared is None:
        bans.punish(caller.subject, reason=kind.reason, scenario=kind.scenario)
    elif not bans.is_throttled(caller.subject):
        _throttle(caller.subject, kind, spared)


def _proven(subject: str) -> str | None:
    """This process remembers at once; what others saw, or saw before a restart, stands in the database."""
    if is_recognised(subject) or proofs.was_proven(subject, since=timezone.now() - bans.DAY):
        return "A key or a staff session from there was live within 24 h."
    return None


def _throttle(subject: str, kind: Kind, spared: str) -> None:
    logger.warning("%s is throttled for %s. %s", subject, kind.reason, spared)
    bans.ban(
        subject,
        reason=kind.reason,
        origin=Origin.AUTO,
        actor="automation",
        scenario=kind.scenario,
        duration=bans.DAY,
        action=Action.THROTTLE,
    )


def _alarm_of_many() -> None:
    if now() >= _alarm["silent_until"]:
        _alarm["silent_until"] = now() + SILENCE
        logger.critical("A scan from more than %d subjects: the longest quiet ones are no longer counted", SUBJECTS)
