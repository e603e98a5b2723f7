"""Whom no ban may touch; in doubt an address is spared by automation and left to a person."""

from collections.abc import Iterable
from datetime import timedelta

from django.utils import timezone

from security import allows, banlist, clientip, policy, proofs
from security.actors import Actor
from security.addresses import LOCAL, NON_GLOBAL, Network, network, parse
from security.durations import clock
from security.models import Action, Ban, Origin, State

WIDEST = {32: 16, 128: 32}  # wider needs force
WIDEST_AUTO = {32: 24, 128: 48}


def objection(target: Network, *, action: Action, origin: Origin, by: Actor, force: bool) -> str | None:
    """Why an order is refused; a throttle may hit whom a ban may not. Force widens; at the command line it overrides all."""
    if force and origin == Origin.COMMAND:
        return None
    automatic = origin == Origin.AUTO
    return (
        too_wide(target, automatic=automatic, force=force)
        or (excused(target, automatic=automatic) if action == Action.BAN else None)
        or (None if automatic or action != Action.BAN else _at_work(target, by))
    )


def is_wide(target: Network) -> bool:
    """Does a person's ban of it need force, and the question whom it covers?"""
    return target.length < WIDEST[target.bits]


def too_wide(target: Network, *, automatic: bool, force: bool = False) -> str | None:
    """Why a range holds too many to be banned; force lets people go further, never automation."""
    widest = (WIDEST_AUTO if automatic else WIDEST)[target.bits]
    if target.length >= widest or (force and not automatic):
        return None
    more = "by automation" if automatic else "without force"
    return f"{target} is wider than /{widest}, the widest range that is banned {more}."


def spared(target: Network, *, automatic: bool) -> str | None:
    """Why a range is never banned; automation also spares private networks while no proxy is named."""
    trusted = clientip.proxies()
    if _meets(target, LOCAL):
        return f"{target} holds addresses of this machine or its link, which are never banned."
    if _meets(target, trusted.ranges):
        return f"{target} holds a trusted proxy, and with it everybody behind it."
    if automatic and not (trusted.ranges or trusted.unix) and _meets(target, NON_GLOBAL):
        return f"{target} is a private network, and no TRUSTED_PROXIES says who is behind it."
    return None


def excused(target: Network, *, automatic: bool) -> str | None:
    """Why a range is never banned, the allow list included."""
    return spared(target, automatic=automatic) or allowed(target)


def allowed(target: Network) -> str | None:
    """Why the allow list spares a range, also from a throttle."""
    entry = allows.touching(target).first()
    return f"{target} meets {entry.cidr}, which is on the allow list ({entry.note})." if entry else None


def proven(target: Network) -> str | None:
    """Why automation only throttles: a live key or a staff session came from there within 24 h."""
    known = proofs.found_in(target)
    return f"A key or a staff session from {known} was live within 24 h." if known else None


def probation(target: Network) -> str | None:
    """Why automation holds back: a person lifted a ban there a while ago."""
    lasts = timedelta(seconds=policy.current().probation)
    rows = Ban.objects.filter(banlist.overlapping(target), action=Action.BAN, lifted__gt=timezone.now() - lasts).order_by()
    lifted = next((row for row in rows if row.state == State.LIFTED), None)
    if lifted is None or lifted.lifted is None:
        return None
    end = clock(lifted.lifted + lasts)
    return f"the ban of {lifted.cidr} was lifted by {lifted.lifted_by}; until {end} automation only alarms about it."


def _at_work(target: Network, by: Actor) -> str | None:
    """Would a person's order hit that person, or a colleague?"""
    if by.address and target.overlaps(network(parse(by.address).subject)):
        return f"This would shut you out: you are {by.address}."
    colleague = next((each for each in proofs.at_work() if target.overlaps(network(each))), None)
    return f"This would shut out {colleague}, where a staff session is at work." if colleague else None


def _meets(target: Network, ranges: Iterable[Network]) -> bool:
    return any(target.overlaps(each) for each in ranges)
