"""Ban, lift and the verdict on an address, told from memory; an unreadable list leaves the last known one in force."""

import random
from datetime import datetime, timedelta
from math import inf
from time import time

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from security import propagation, sparing
from security.addresses import Network, NotAnAddress, network, parse, subject_network
from security.matcher import Matcher, Verdict
from security.models import Action, Ban, Offender, Origin, State

DAY = timedelta(days=1)
LADDER = (DAY, 2 * DAY, 7 * DAY, 30 * DAY)  # by offence; the last one for every further
JITTER = 0.1
MAX_REASON = 200


class _Memory:
    """What this process knows. Plain attributes: hashing an enum member would cost as much as the whole verdict."""

    __slots__ = ("bans", "throttles")

    def __init__(self) -> None:
        self.bans, self.throttles = Matcher(), Matcher()

    def replace(self, other: "_Memory") -> None:
        self.bans, self.throttles = other.bans, other.throttles


_memory = _Memory()


class BanRefused(Exception):
    """The ban may not be; the sentence says why."""


def verdict(address: str) -> Verdict | None:
    """The ban in force on an address, or None; memory only."""
    if not settings.BANS:
        return None
    found = parse(address)
    return _memory.bans.find(found.bits, found.value, time())


def is_throttled(subject: str) -> bool:
    """Is a throttle in force on a subject (or address)? Memory only."""
    if not settings.BANS:
        return False
    found = parse(subject.partition("/")[0])
    return _memory.throttles.find(found.bits, found.value, time()) is not None


def never_bannable(address: str, *, automatic: bool = False) -> str | None:
    """Why an address or range may not be banned, or None; automation spares private networks while no proxy is named."""
    return sparing.spared(subject_network(address), automatic=automatic)


def in_force() -> QuerySet[Ban]:
    return Ban.objects.filter(_lasting(), state=State.ACTIVE)


def ban(
    cidr: str,
    *,
    reason: str,
    origin: Origin | str,
    actor: str,
    scenario: str = "manual",
    duration: timedelta | None,
    action: Action | str = Action.BAN,
    force: bool = False,
) -> Ban:
    """Shut out an address (IPv6: its /64) or range; None = for good. A ban in force is never shortened: lift it first."""
    target = consider(cidr, reason=reason, origin=origin, duration=duration, action=action, force=force)
    with transaction.atomic():
        return _write(target, reason=reason, origin=origin, actor=actor, scenario=scenario, action=action, duration=duration)


def consider(
    cidr: str,
    *,
    reason: str,
    origin: Origin | str,
    duration: timedelta | None,
    action: Action | str = Action.BAN,
    force: bool = False,
) -> Network:
    """What such an order would shut out; raises BanRefused where `ban` would."""
    target = _target(cidr, reason=reason, duration=duration)
    if not force:
        _refuse(target, Action(action), Origin(origin))
    return target


def punish(subject: str, *, reason: str, scenario: str, actor: str = "automation") -> Ban:
    """Automation's ban, longer with each offence; what arrives while a ban holds is no new offence."""
    target = _target(subject, reason=reason, duration=DAY)
    _refuse(target, Action.BAN, Origin.AUTO)
    with transaction.atomic():
        propagation.bump()
        held = in_force().filter(cidr=str(target), action=Action.BAN).first()
        if held is not None:
            return held
        count = _offence(subject)
        longer = 1 + random.uniform(0, JITTER)  # noqa: S311 - spreads the ends of bans, hides nothing
        return _write(
            target, reason=reason, origin=Origin.AUTO, actor=actor, scenario=scenario, action=Action.BAN,
            duration=LADDER[min(count, len(LADDER)) - 1] * longer, offence=count,
        )  # fmt: skip


def touching(cidr: str) -> QuerySet[Ban]:
    """The bans and throttles in force that hold, or lie in, an address or range."""
    target, family = _parsed(cidr), Q(cidr__contains=":")  # IPv4 sits among the IPv6 numbers in mapped form
    overlap = Q(start__lte=target.last, end__gte=target.first)
    return in_force().filter(overlap, family if target.bits == 128 else ~family)


def lift(cidr: str, *, by: str, note: str = "") -> list[Ban]:
    """End every ban and throttle in force that touches an address or range; returns them."""
    _parsed(cidr)
    with transaction.atomic():
        seq = propagation.bump()
        held = list(touching(cidr))
        for row in held:
            row.state, row.seq, row.lifted, row.lifted_by, row.note = State.LIFTED, seq, timezone.now(), by, note
            row.save(update_fields=["state", "seq", "lifted", "lifted_by", "note"])
    return held


def expire() -> int:
    """Mark the rows whose time is over; they stopped to hold at that instant already."""
    over = Ban.objects.filter(state=State.ACTIVE).exclude(_lasting())
    if not over.exists():
        return 0
    with transaction.atomic():
        return over.update(state=State.EXPIRED, seq=propagation.bump())


def apply(after: int) -> None:
    """Bring memory up to the rows above a seq (0: all anew); the follower of the sequence."""
    rows = Ban.objects.filter(seq__gt=after) if after else in_force()
    fields = rows.order_by().values_list("cidr", "action", "state", "expires")
    if after:
        # What ended goes first: a row and the one that took its place come under one number.
        for row in sorted(fields, key=lambda row: row[2] == State.ACTIVE):
            _learn(_memory, *row)
    else:
        fresh = _Memory()
        for row in fields.iterator(chunk_size=10_000):
            _learn(fresh, *row)
        _memory.replace(fresh)


def _learn(into: _Memory, cidr: str, action: str, state: str, expires: datetime | None) -> None:
    if action == Action.SIMULATE:
        return
    matcher = into.bans if action == Action.BAN else into.throttles
    if state == State.ACTIVE:
        matcher.add(network(cidr), inf if expires is None else expires.timestamp())
    else:
        matcher.remove(network(cidr))


def _parsed(cidr: str) -> Network:
    try:
        return subject_network(cidr)
    except NotAnAddress as error:
        raise BanRefused(str(error)) from error


def _target(cidr: str, *, reason: str, duration: timedelta | None) -> Network:
    if not 0 < len(reason.strip()) <= MAX_REASON:
        raise BanRefused(f"A ban needs a reason of up to {MAX_REASON} characters.")
    if duration is not None and duration <= timedelta(0):
        raise BanRefused("A ban must last longer than nothing.")
    return _parsed(cidr)


def _refuse(target: Network, action: Action, origin: Origin) -> None:
    if why := sparing.objection(target, action=action, origin=origin):
        raise BanRefused(why)


def _write(
    target: Network, *, reason: str, origin: Origin | str, actor: str, scenario: str, action: Action | str,
    duration: timedelta | None, offence: int = 0,
) -> Ban:  # fmt: skip
    """Inside a transaction, after the bump's lock: a second offence extends the row, a person's order takes its place."""
    seq, now = propagation.bump(), timezone.now()
    expires = None if duration is None else now + duration
    held = Ban.objects.filter(cidr=str(target), action=action, state=State.ACTIVE).first()
    if held is not None:
        if held.in_force:
            expires = None if held.expires is None or expires is None else max(expires, held.expires)
        if held.in_force and origin == Origin.AUTO:
            held.seq, held.expires, held.offence = seq, expires, max(offence, held.offence)
            held.save(update_fields=["seq", "expires", "offence"])
            return held
        held.state, held.seq = State.SUPERSEDED if held.in_force else State.EXPIRED, seq
        held.save(update_fields=["state", "seq"])
    return Ban.objects.create(
        seq=seq, cidr=str(target), start=target.first, end=target.last, action=action, reason=reason, scenario=scenario,
        origin=origin, actor=actor, created=now, starts=now, expires=expires, offence=offence,
    )  # fmt: skip


def _offence(subject: str) -> int:
    offender, _ = Offender.objects.get_or_create(subject=subject, defaults={"last": timezone.now()})
    offender.count += 1
    offender.last = timezone.now()
    offender.save(update_fields=["count", "last"])
    return offender.count


def _lasting() -> Q:
    return Q(expires=None) | Q(expires__gt=timezone.now())


def reset() -> None:
    """Forget the list (tests)."""
    _memory.replace(_Memory())
