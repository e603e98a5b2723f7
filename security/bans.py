"""Ban and lift by people, and automation's one call; what cannot be audited is not done."""

from datetime import timedelta

from django.db.models import QuerySet

from security import audit, banlist, propagation, sparing
from security.actors import Actor
from security.addresses import Network
from security.audit import Act
from security.banlist import MAX_REASON, BanRefused, in_force, parsed
from security.durations import DAY
from security.models import Action, Ban, Origin, State
from security.punishment import Sample, keep, offences, punish, tried

__all__ = [
    "DAY",
    "BanRefused",
    "Sample",
    "ban",
    "carry_out",
    "check",
    "consider",
    "expire",
    "extend",
    "in_force",
    "lift",
    "lift_all",
    "lift_these",
    "offences",
    "punish",
    "selected",
    "touching",
]  # fmt: skip


def ban(
    cidr: str,
    *,
    reason: str,
    origin: Origin | str,
    by: Actor,
    scenario: str = "manual",
    duration: timedelta | None,
    action: Action | str = Action.BAN,
    force: bool = False,
) -> Ban:
    """Shut out an address (IPv6: its /64) or range; None = for good. A ban in force is never shortened: lift it first."""
    target = consider(cidr, reason=reason, origin=origin, by=by, duration=duration, action=action, force=force)
    with audit.change():
        return carry_out(
            target, reason=reason, origin=origin, by=by, scenario=scenario, duration=duration, action=action, force=force
        )


def carry_out(
    target: Network,
    *,
    reason: str,
    origin: Origin | str,
    by: Actor,
    scenario: str = "manual",
    duration: timedelta | None,
    action: Action | str = Action.BAN,
    force: bool = False,
) -> Ban:
    """Inside `audit.change()`: an order that was considered, or one of many; raises BanRefused before anything is written."""
    _refuse(target, action=action, origin=origin, by=by, force=force)
    row = banlist.write(target, reason=reason, origin=origin, by=by, scenario=scenario, action=action, duration=duration)
    keep(tried(target), row)
    return row


def consider(
    cidr: str,
    *,
    reason: str,
    origin: Origin | str,
    by: Actor,
    duration: timedelta | None,
    action: Action | str = Action.BAN,
    force: bool = False,
) -> Network:
    """What such an order would shut out; raises BanRefused where `ban` would."""
    check(reason, duration)
    target = parsed(cidr)
    _refuse(target, action=action, origin=origin, by=by, force=force)
    return target


def check(reason: str, duration: timedelta | None) -> None:
    """Raises BanRefused where nobody may be banned for such a reason or so long."""
    if not 0 < len(reason.strip()) <= MAX_REASON or not reason.isprintable():
        raise BanRefused(f"A ban needs a reason: one line of up to {MAX_REASON} characters.")
    if duration is not None and duration <= timedelta(0):
        raise BanRefused("A ban must last longer than nothing.")


def touching(cidr: str) -> QuerySet[Ban]:
    """The bans and throttles in force that hold, or lie in, an address or range."""
    return banlist.in_force_narrowed().filter(banlist.overlapping(parsed(cidr)))


def selected(*, cidr: str = "", words: str = "", origin: Origin | str | None = None) -> QuerySet[Ban]:
    """What is in force, narrowed to what touches a range, carries words in its reason, and came from one origin."""
    rows = touching(cidr) if cidr else in_force()
    rows = rows.filter(reason__icontains=words) if words else rows
    return rows.filter(origin=Origin(origin)) if origin else rows


def lift(cidr: str, *, by: Actor, note: str = "") -> list[Ban]:
    """End every ban and throttle in force that touches an address or range; returns them."""
    return _end(touching(cidr), by=by, note=note)


def lift_these(rows: QuerySet[Ban], *, by: Actor, note: str = "") -> list[Ban]:
    """End those of the rows that are in force, and nothing else that touches the same addresses; returns them."""
    return _end(in_force().filter(pk__in=rows.order_by().values("pk")), by=by, note=note)


def lift_all(*, cidr: str = "", words: str = "", origin: Origin | str | None = None, by: Actor, note: str = "") -> int:
    """End all that `selected` finds, in one transaction; how many they were."""
    with audit.change():
        return banlist.end(selected(cidr=cidr, words=words, origin=origin), by=by, note=_noted(note))


def extend(row: Ban, *, by: Actor, longer: timedelta) -> Ban | None:
    """Let a ban or throttle in force last longer; None where it ended meanwhile or has no end."""
    with audit.change():
        held = in_force().filter(pk=row.pk, expires__isnull=False).first()
        if held is None or held.expires is None:
            return None
        before, held.seq, held.expires = banlist.facts(held), propagation.bump(), held.expires + longer
        held.save(update_fields=["seq", "expires"])
        audit.record(Act.BAN_EXTENDED, by=by, about=held.cidr, before=before, after=banlist.facts(held))
        return held


def expire() -> int:
    """Mark the rows whose time is over; they stopped to hold at that instant already."""
    over = banlist.run_out()
    if not over.exists():
        return 0
    with audit.change():
        return over.update(state=State.EXPIRED, seq=propagation.bump())


def _end(rows: QuerySet[Ban], *, by: Actor, note: str) -> list[Ban]:
    with audit.change():
        held = list(rows)
        banlist.end(rows, by=by, note=_noted(note))
    return held


def _noted(note: str) -> str:
    if len(note) > MAX_REASON or not note.isprintable():
        raise BanRefused(f"A note is one line of up to {MAX_REASON} characters.")
    return note


def _refuse(target: Network, *, action: Action | str, origin: Origin | str, by: Actor, force: bool) -> None:
    if why := sparing.objection(target, action=Action(action), origin=Origin(origin), by=by, force=force):
        raise BanRefused(why)
