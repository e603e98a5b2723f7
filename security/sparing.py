"""Whom no ban may touch, as pure rules; in doubt an address is spared by automation and left to a person."""

from collections.abc import Iterable

from security import clientip
from security.addresses import LOCAL, NON_GLOBAL, Network
from security.models import Action, Origin

WIDEST = {32: 16, 128: 32}  # wider needs force
WIDEST_AUTO = {32: 24, 128: 48}


def objection(target: Network, *, action: Action, origin: Origin) -> str | None:
    """Why an order without force is refused; a throttle may hit whom a ban may not."""
    automatic = origin == Origin.AUTO
    widest = (WIDEST_AUTO if automatic else WIDEST)[target.bits]
    if target.length < widest:
        more = "by automation" if automatic else "without force"
        return f"{target} is wider than /{widest}, the widest range that is banned {more}."
    return spared(target, automatic=automatic) if action == Action.BAN else None


def spared(target: Network, *, automatic: bool) -> str | None:
    """Why a range is never banned; automation also spares private networks while no proxy is named."""
    trusted = clientip.proxies().ranges
    if _meets(target, LOCAL):
        return f"{target} holds addresses of this machine or its link, which are never banned."
    if _meets(target, trusted):
        return f"{target} holds a trusted proxy, and with it everybody behind it."
    if automatic and not trusted and _meets(target, NON_GLOBAL):
        return f"{target} is a private network, and no TRUSTED_PROXIES says who is behind it."
    return None


def _meets(target: Network, ranges: Iterable[Network]) -> bool:
    return any(target.overlaps(each) for each in ranges)
