"""The rows of the ban list: what is in force, what touches a range, how a row is written and ended; no rules on who may."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from security import audit, propagation
from security.actors import Actor
from security.addresses import Network, NotAnAddress, subject_network
from security.audit import Act
from security.models import Action, Ban, Origin, State
from security.snapshot import ENDED, lasting

MAX_REASON = 200
NEVER = datetime.max.replace(tzinfo=UTC)
NAMED = 1000  # bans that one lift names in the audit chain; of those beyond, the number


class BanRefused(Exception):
    """The ban may not be; the sentence says why."""


def in_force() -> QuerySet[Ban]:
    return Ban.objects.filter(lasting(), state=State.ACTIVE)


def in_force_narrowed() -> QuerySet[Ban]:
    """The same rows, for a question that other columns narrow: led by their state, SQLite would read them all."""
    return Ban.objects.filter(lasting()).exclude(state__in=ENDED)


def run_out() -> QuerySet[Ban]:
    """Rows whose time is over and that nobody marked so yet; they hold no more."""
    return Ban.objects.filter(state=State.ACTIVE, expires__lte=timezone.now())


def parsed(cidr: str) -> Network:
    """An address (IPv6: its /64) or range; raises BanRefused."""
    try:
        return subject_network(cidr)
    except NotAnAddress as error:
        raise BanRefused(str(error)) from error


def overlapping(target: Network) -> Q:
    """Rows whose range holds, or lies in, another, found by two indexes however many rows there are."""
    return holding(target) | within(target)


def holding(target: Network) -> Q:
    """Rows whose range holds all of another: one of the few ranges around it."""
    return Q(cidr__in=[str(target.around(length)) for length in range(target.length + 1)])


def within(target: Network) -> Q:
    """Rows whose range lies in another. IPv4 sits among the IPv6 numbers in mapped form."""
    family = Q(cidr__contains=":")
    return Q(start__range=(target.first, target.last), end__lte=target.last) & (family if target.bits == 128 else ~family)


def shut_out(target: Network) -> Ban | None:
    """Of the bans in force that hold all of a range the one that lasts longest.

    Found by their few names alone: by state, a planner would read them all.
    """
    rows = Ban.objects.filter(holding(target), action=Action.BAN).order_by()
    return max((row for row in rows if row.in_force), key=lambda row: row.expires or NEVER, default=None)


def write(
    target: Network, *, reason: str, origin: Origin | str, by: Actor, scenario: str, action: Action | str,
    duration: timedelta | None, offence: int = 0,
) -> Ban:  # fmt: skip
    """Inside `audit.change()`: automation extends the row that holds, a person's order takes its place."""
    seq, now = propagation.bump(), timezone.now()
    expires = None if duration is None else now + duration
    held = Ban.objects.filter(cidr=str(target), action=action, state=State.ACTIVE).first()
    if held is not None:
        if held.in_force:
            expires = None if held.expires is None or expires is None else max(expires, held.expires)
        if held.in_force and origin == Origin.AUTO:
            before = facts(held)
            held.seq, held.expires, held.offence = seq, expires, max(offence, held.offence)
            held.save(update_fields=["seq", "expires", "offence"])
            audit.record(Act.BAN_EXTENDED, by=by, about=held.cidr, before=before, after=facts(held))
            return held
        held.state, held.seq = State.SUPERSEDED if held.in_force else State.EXPIRED, seq
        held.save(update_fields=["state", "seq"])
    row = Ban.objects.create(
        seq=seq, cidr=str(target), start=target.first, end=target.last, action=action, reason=reason, scenario=scenario,
        origin=origin, actor=by.name, created=now, starts=now, expires=expires, offence=offence,
    )  # fmt: skip
    audit.record(Act.BAN_ORDERED, by=by, about=row.cidr, after=facts(row))
    return row


def end(rows: QuerySet[Ban], *, by: Actor, note: str = "") -> int:
    """Inside `audit.change()`: lift these rows in one statement; each of the first thousand is named in the audit chain."""
    seq, first = propagation.bump(), list(rows.order_by("pk")[: NAMED + 1])
    count = len(first) if len(first) <= NAMED else rows.count()
    if not count:
        return 0
    rows.order_by().update(state=State.LIFTED, seq=seq, lifted=timezone.now(), lifted_by=by.name, note=note)
    for row in first[:NAMED]:
        audit.record(Act.BAN_LIFTED, by=by, about=row.cidr, before=facts(row), after={"note": note})
    if count > NAMED:
        audit.record(Act.BAN_LIFTED, by=by, about=f"{count - NAMED} more", after={"note": note, "seq": seq})
    return count


def facts(row: Ban) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("action", "reason", "scenario", "origin", "expires", "offence")}
