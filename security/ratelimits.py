"""Request rates: rules as data, Allowed or Refused; without their store guesses stay limited and the rest passes."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

from django.conf import settings

from security import bans
from security.clientip import Caller
from security.counters import Local, Rate, Store

View = TypeVar("View", bound=Callable[..., Any])


class Rule(StrEnum):
    API = "api"  # per endpoint and key
    ORDER = "order"  # per endpoint and key
    PAGE = "page"  # per endpoint and user
    KEYS = "keys"  # per user; only what is sent: looking counts as PAGE
    LOGIN = "login"  # per subject; only what is sent: looking counts as OPEN
    OPEN = "open"  # per subject: requests that need no proof
    FAILED = "failed"  # per subject: requests whose proof is missing or wrong
    THROTTLED = "throttled"  # per throttled subject: everything that proves nobody


STANDARD: dict[Rule, Rate] = {
    Rule.API: (60, 60),
    Rule.ORDER: (60, 60),
    Rule.PAGE: (60, 60),
    Rule.KEYS: (10, 60),
    Rule.LOGIN: (10, 60),
    Rule.OPEN: (60, 60),
    Rule.FAILED: (30, 60),
}
PRESETS: dict[str, dict[Rule, Rate]] = {
    "standard": STANDARD,
    "active": STANDARD | {Rule.API: (50, 1), Rule.PAGE: (50, 1), Rule.ORDER: (10, 1)},
    "off": {},
}
PERIODS = {1: "a second", 60: "a minute"}
THROTTLE: Rate = (30, 60)  # part of the bans: RATE_LIMITS does not move it
CLOSED = {Rule.LOGIN, Rule.FAILED, Rule.THROTTLED}  # guesses at secrets, counted here when the store is gone


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on."""


@dataclass(frozen=True, slots=True)
class Refused:
    limit: int
    period: int  # seconds
    retry_after: int  # seconds
    reset: int  # seconds until the window ends

    @property
    def sentence(self) -> str:
        return f"Too many requests: {self.limit} {PERIODS[self.period]}. Try again in {self.retry_after} s."

    def headers(self) -> dict[str, str]:
        return {
            "Retry-After": str(self.retry_after),
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": "0",
            "RateLimit-Reset": str(self.reset),
        }


ALLOWED = Allowed()
_store = Store()
_local = Local()


def charge(rule: Rule, who: str, *, endpoint: str = "") -> Allowed | Refused:
    """Book one request to `who` (a key's id, a user, a subject) and say whether it may go on."""
    rate = PRESETS[settings.RATE_LIMITS].get(rule)
    return ALLOWED if rate is None else _count(rule, f"{who}|{endpoint}", rate)


def stranger(caller: Caller, *, rule: Rule = Rule.FAILED) -> Allowed | Refused:
    """Book a request that proves nobody to its subject; a throttled subject has one small budget for all of those."""
    if bans.is_throttled(caller.subject):
        outcome = _count(Rule.THROTTLED, caller.subject, THROTTLE)
        if isinstance(outcome, Refused):
            return outcome
    return charge(rule, caller.subject)


def forget() -> None:
    """Count anew."""
    global _store, _local
    _store, _local = Store(), Local()


def _count(rule: Rule, who: str, rate: Rate) -> Allowed | Refused:
    counted = _store.count(rule, who, rate)
    if counted is None and rule in CLOSED:
        counted = _local.count(rule, who, rate)
    if counted is None or counted[0] <= rate[0]:
        return ALLOWED
    wait = max(1, counted[1])
    return Refused(limit=rate[0], period=rate[1], retry_after=wait, reset=wait)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a view declares. No rule: never charged. `by_key`: apiauth charges the key that it verified."""

    rule: Rule | None
    by_key: bool = False


def limit(rule: Rule | None, *, by_key: bool = False) -> Callable[[View], View]:
    """Declare the rule of a view."""

    def declare(view: View) -> View:
        view.limit = Limit(rule, by_key)  # type: ignore[attr-defined]
        return view

    return declare
