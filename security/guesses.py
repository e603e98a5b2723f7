"""Guesses at secrets, charged in rows before they are evaluated, so that no number of processes evaluates one too many.

Without the database nothing is admitted. A subject has one decaying score for all kinds; at the limit it is punished. Waits
come before that, a second and then ever longer: for a name as one subject spells it, and later for the subject itself. Nobody
can make others wait elsewhere.
"""

import logging
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from security import alerts, bans, crypto, policy, trail
from security.alerts import Alarm
from security.clientip import Caller
from security.escalation import threshold
from security.models import Guess
from security.policy import Policy

logger = logging.getLogger(__name__)

SCENARIO = "bad-logins"
REASON = "wrong passwords or codes"
TOGETHER = 2  # a subject may be a household or an office: it waits after so many times the failures of one name
IMPATIENCE = 0.5  # of its weight is what an attempt counts that comes before its time
BURST = 5  # times the limit of one subject, from all together
EVERYBODY = "everybody"
KEPT = timedelta(days=1)
MANY, LEAST = 1_000, 0.5  # standings at once, and what counts as one


class Kind(StrEnum):
    LOGIN = "login"
    SUDO = "sudo"
    PASSWORD_CHANGE = "password-change"  # noqa: S105 - a kind's name
    CODE = "code"
    RECOVERY = "recovery"
    RESET = "reset"
    WEBHOOK = "webhook"
    SETUP_LINK = "setup-link"


WEIGHTS = dict.fromkeys(Kind, 1.0) | {Kind.RECOVERY: 2.0, Kind.RESET: 2.0}


@dataclass(frozen=True, slots=True)
class Admitted:
    """To be evaluated now, and to be told of by `failed`, `succeeded` or `withdrawn`; until then it counts as failed."""

    kind: Kind
    subject: str
    waits: tuple[tuple[str, datetime | None], ...]  # by row, the subject's first
    reached: bool  # the subject's limit


class Standing(NamedTuple):
    """What a subject's score has decayed to, and when it last guessed."""

    score: float
    at: datetime


@dataclass(frozen=True, slots=True)
class Refused:
    """Not to be evaluated, whether right or wrong."""

    retry_after: int  # seconds

    @property
    def sentence(self) -> str:
        return f"Too many wrong attempts. Try again in {self.retry_after} s."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after)}


def admit(kind: Kind, *, caller: Caller, name: str = "") -> Admitted | Refused:
    """Charge one guess, in a transaction of its own; `name` is whose secret it is, whether or not such a user exists."""
    now, limits = timezone.now(), _limits_of(caller.subject)
    with transaction.atomic(durable=True):
        rows = _locked([_of(caller.subject), *([_of(caller.subject, name)] if name else [])])
        before = reaches(rows[0].score, limits)
        until = max(row.not_before or now for row in rows)
        for row, free in zip(rows, (TOGETHER * limits.guess_free, limits.guess_free), strict=False):
            row.score = charged(decayed(row, now, limits), WEIGHTS[kind] * (IMPATIENCE if until > now else 1), limits)
            if until <= now and (seconds := wait(row.score, free=free, limits=limits)):
                row.not_before = now + timedelta(seconds=seconds)
            row.at = now
            row.save()
    reached = reaches(rows[0].score, limits)
    if until <= now:
        return Admitted(kind, caller.subject, tuple((row.name, row.not_before) for row in rows), reached)
    trail.tried(SCENARIO, weight=WEIGHTS[kind] * IMPATIENCE)
    if reached and not before:
        _punish(caller.subject, kind, now)
    return Refused(max(1, math.ceil((until - now).total_seconds())))


def succeeded(admitted: Admitted) -> None:
    """It was right: the charge is given back, and what this subject got wrong about that name is forgotten."""
    _give_back(admitted, forgive=True)


def withdrawn(admitted: Admitted) -> None:
    """It could not be evaluated: as if it had never come."""
    _give_back(admitted, forgive=False)


def failed(admitted: Admitted) -> None:
    """It was wrong; the charge stays, and at the limit the subject is punished."""
    trail.tried(SCENARIO, weight=WEIGHTS[admitted.kind])
    now, limits = timezone.now(), policy.current()
    most = BURST * limits.guess_limit
    with transaction.atomic(durable=True):
        (row,) = _locked([EVERYBODY])
        score = decayed(row, now, limits)
        row.score, row.at = min(score + WEIGHTS[admitted.kind], most), now
        row.save()
    if score < most <= row.score:
        alerts.sound(Alarm.GUESSES, f"More than {most:.0f} wrong passwords and codes of late, from all addresses together.")
    if admitted.reached:
        _punish(admitted.subject, admitted.kind, now)


def standing(subject: str) -> float:
    """What a subject's score has decayed to."""
    row = Guess.objects.filter(name=_of(subject)).first()
    return 0.0 if row is None else decayed(row, timezone.now(), policy.current())


def standings(subjects: Sequence[str] | None = None, *, most: int = MANY) -> dict[str, Standing]:
    """Whose guesses still count for something, of these subjects or of all, those who were worst first."""
    now, limits, lead = timezone.now(), policy.current(), len(_of(""))
    rows = Guess.objects.filter(name__startswith=_of(""), at__gt=now - KEPT).order_by("-score", "-at")
    rows = rows if subjects is None else rows.filter(name__in=[_of(subject) for subject in subjects])
    found = ((row.name[lead:], Standing(decayed(row, now, limits), row.at)) for row in rows[:most])
    return {subject: standing for subject, standing in found if standing.score >= LEAST}


def forgive(subject: str) -> bool:
    """Inside a transaction: a subject begins anew. Who waits for one name after wrong passwords goes on waiting."""
    return bool(Guess.objects.filter(name=_of(subject)).delete()[0])


def prune() -> int:
    """Forget scores that have decayed to nothing."""
    kept = max(KEPT, timedelta(seconds=10 * policy.current().guess_half_life))
    return Guess.objects.filter(at__lt=timezone.now() - kept).delete()[0]


def decayed(row: Guess, now: datetime, limits: Policy) -> float:
    """The score of now; a clock that was set back changes nothing."""
    return float(row.score * 0.5 ** (max(0.0, (now - row.at).total_seconds()) / limits.guess_half_life))


def charged(score: float, weight: float, limits: Policy) -> float:
    """Bounded, so that whoever waits is out of it within a few half-lives, whatever others did in their name."""
    return min(score + weight, limits.guess_limit)


def reaches(score: float, limits: Policy) -> bool:
    """Whole points count: between two guesses a little decays."""
    return score >= limits.guess_limit - 0.5


def wait(score: float, *, free: int, limits: Policy) -> float:
    """Seconds until the next: none up to the free ones, then 1, 2, 4 and so on; at the limit the longest."""
    points = int(score + 0.5)
    if reaches(score, limits):
        return limits.guess_delay
    return 0.0 if points < free else min(2.0 ** min(points - free, 60), limits.guess_delay)


def _limits_of(subject: str) -> Policy:
    """The policy as it stands for a subject: who offended before reaches the limit sooner."""
    limits, offences = policy.current(), bans.offences([subject])[subject]
    return replace(limits, guess_limit=float(threshold(limits.guess_limit, offences)))


def _give_back(admitted: Admitted, *, forgive: bool) -> None:
    now, limits = timezone.now(), policy.current()
    with transaction.atomic(durable=True):
        rows = _locked([name for name, _ in admitted.waits])
        for number, (row, (_, mine)) in enumerate(zip(rows, admitted.waits, strict=True)):
            forget = forgive and number > 0
            row.score = 0.0 if forget else max(0.0, decayed(row, now, limits) - WEIGHTS[admitted.kind])
            if forget or row.not_before == mine:  # else somebody failed meanwhile
                row.not_before = None
            row.at = now
            row.save()


def _locked(names: Sequence[str]) -> list[Guess]:
    """Their rows in this order, made where missing, and held until the transaction ends."""
    Guess.objects.bulk_create([Guess(name=name) for name in names], ignore_conflicts=True)
    return [Guess.objects.select_for_update().get(name=name) for name in names]


def _of(subject: str, name: str = "") -> str:
    """A row's name: what somebody typed is only kept as a keyed hash."""
    if not name:
        return f"subject {subject}"
    typed = f"{subject}|{name.strip().lower()}".encode(errors="replace")
    return "name " + crypto.digest(settings.SECRET_KEY.encode(), purpose="guess", data=typed).hex()


def _punish(subject: str, kind: Kind, now: datetime) -> None:
    last = bans.Sample(now, round(WEIGHTS[kind]), f"a wrong {kind}, the last of too many")
    try:
        bans.punish(subject, reason=REASON, scenario=SCENARIO, evidence=[last])
    except Exception:
        logger.critical("%s could not be punished for its guesses", subject, exc_info=True)  # it waits nevertheless
