"""The allow list: whom no ban touches. What cannot be audited is not done; a range that a person banned is not allowed."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils import timezone

from security import audit, banlist, propagation
from security.actors import Actor
from security.addresses import Network, NotAnAddress, subject_network
from security.audit import Act
from security.models import Allow, Origin

WIDEST = {32: 8, 128: 32}
MAX_NOTE = 200


class AllowRefused(Exception):
    """The entry may not be; the sentence says why."""


# Decided: a throttle touches them no more than a ban. Others who may not be banned are slowed, since nobody vouched for them;
# here a person did, and what would ban an entry raises an alert, so that they can take it back.
def in_force() -> QuerySet[Allow]:
    return Allow.objects.filter(Q(expires=None) | Q(expires__gt=timezone.now()), removed=None)


def touching(target: Network) -> QuerySet[Allow]:
    """Entries in force that hold, or lie in, a range."""
    return in_force().filter(banlist.overlapping(target))


def exempt(target: Network) -> str:
    """Whom a ban of a range does not shut out: the list is asked first. Only the command line bans such a one, by force."""
    rows = touching(target)
    first, more = rows.first(), rows.count() - 1
    if first is None:
        return ""
    others = f", as {more} more of its entries are" if more else ""
    return f"The allow list goes first: {first.cidr} ({first.note}) is still let in{others}."


def add(cidr: str, *, by: Actor, note: str, expires: datetime | None = None) -> Allow:
    """Trust an address (IPv6: its /64) or range, and lift what automation holds against it; raises AllowRefused."""
    target = consider(cidr, note=note, expires=expires)
    with audit.change():
        seq = propagation.bump()
        _refuse(target)
        Allow.objects.filter(cidr=str(target), removed=None).update(removed=timezone.now(), removed_by=by.name, seq=seq)
        row = Allow.objects.create(
            seq=seq, cidr=str(target), start=target.first, end=target.last, note=note, actor=by.name, expires=expires,
        )  # fmt: skip
        audit.record(Act.ALLOW_ADDED, by=by, about=row.cidr, after=_facts(row))
        banlist.end(lifted_by(target), by=by, note=f"{row.cidr} was allowed: {note}"[:MAX_NOTE])
    return row


def consider(cidr: str, *, note: str, expires: datetime | None = None) -> Network:
    """What such an entry would cover; raises AllowRefused where `add` would."""
    if not 0 < len(note.strip()) <= MAX_NOTE or not note.isprintable():
        raise AllowRefused(f"An entry needs a note, one line of up to {MAX_NOTE} characters: who is it?")
    if expires is not None and expires <= timezone.now():
        raise AllowRefused("An entry must end in the future.")
    target = _parsed(cidr)
    if target.length < WIDEST[target.bits]:
        raise AllowRefused(f"{target} is wider than /{WIDEST[target.bits]}: it would trust strangers.")
    _refuse(target)
    return target


def lifted_by(target: Network) -> QuerySet:  # type: ignore[type-arg]
    """The automatic bans and throttles that allowing a range ends."""
    return banlist.in_force().filter(banlist.overlapping(target), origin=Origin.AUTO)


def entry(cidr: str) -> Allow:
    """The entry in force that names exactly that range; raises AllowRefused when there is none."""
    target = _parsed(cidr)
    row = in_force().filter(cidr=str(target)).first()
    if row is None:
        raise AllowRefused(f"{target} is not on the allow list.")
    return row


def remove(cidr: str, *, by: Actor) -> Allow:
    """Trust a range no longer; raises AllowRefused as `entry` does."""
    _parsed(cidr)
    with audit.change():
        seq, row = propagation.bump(), entry(cidr)
        row.seq, row.removed, row.removed_by = seq, timezone.now(), by.name
        row.save(update_fields=["seq", "removed", "removed_by"])
        audit.record(Act.ALLOW_REMOVED, by=by, about=row.cidr, before=_facts(row))
    return row


def _parsed(cidr: str) -> Network:
    try:
        return subject_network(cidr)
    except NotAnAddress as error:
        raise AllowRefused(str(error)) from error


def _refuse(target: Network) -> None:
    ordered = banlist.in_force().filter(banlist.overlapping(target)).exclude(origin=Origin.AUTO).first()
    if ordered is not None:
        raise AllowRefused(f"{ordered.actor} banned {ordered.cidr} ({ordered.reason}): lift that ban first.")


def _facts(row: Allow) -> dict[str, object]:
    return {"note": row.note, "expires": row.expires}
