"""Request rates: rules as data, Allowed or Refused; without their store guesses stay limited and the rest passes."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from django.conf import settings

from security import policy, snapshot
from security.audit import Act
from security.clientip import Caller
from security.counters import Local, Store
from security.durations import spelled
from security.rates import PRESETS, Rate, Rule

__all__ = ["ALLOWED", "PRESETS", "Allowed", "Limit", "Refused", "Rule", "charge", "limit", "stranger"]

View = TypeVar("View", bound=Callable[..., Any])

PERIODS = {1: "a second", 60: "a minute", 3600: "an hour", 86_400: "a day"}
NO_VIEW = "no view"
CLOSED = {Rule.LOGIN, Rule.FAILED, Rule.THROTTLED}  # guesses at secrets, counted here when the store is gone


@dataclass(frozen=True, slots=True)
class Allowed:
    """Go on. Without a limit: nothing was counted."""

    limit: int = 0
    remaining: int = 0
    reset: int = 0  # seconds until the window ends

    def headers(self) -> dict[str, str]:
        return _headers(self.limit, self.remaining, self.reset) if self.limit else {}


@dataclass(frozen=True, slots=True)
class Refused:
    limit: int
    period: int  # seconds
    retry_after: int  # seconds
    reset: int  # seconds until the window ends

    @property
    def sentence(self) -> str:
        period = PERIODS.get(self.period) or f"in {spelled(self.period)}"
        return f"Too many requests: {self.limit} {period}. Try again in {self.retry_after} s."

    def headers(self) -> dict[str, str]:
        return {"Retry-After": str(self.retry_after), **_headers(self.limit, 0, self.reset)}


def _headers(limit: int, remaining: int, reset: int) -> dict[str, str]:
    return {"RateLimit-Limit": str(limit), "RateLimit-Remaining": str(remaining), "RateLimit-Reset": str(reset)}


ALLOWED = Allowed()
_store = Store()
_local = Local()


def charge(rule: Rule, who: str, *, endpoint: str = "") -> Allowed | Refused:
    """Book one request to `who` (a key's id, a user, a subject) and say whether it may go on."""
    rate = rate_of(rule)
    return ALLOWED if rate is None else _count(rule, f"{who}|{endpoint}", rate)


def rate_of(rule: Rule) -> Rate | None:
    """What the policy says, else its preset, else the environment's, which alone may say `off`: then nothing is counted."""
    if settings.RATE_LIMITS == "off":
        return None
    rules = policy.current()
    return rules.rates.get(rule) or PRESETS[rules.preset or settings.RATE_LIMITS].get(rule)


def stranger(caller: Caller, *, rule: Rule = Rule.FAILED, endpoint: str = "") -> Allowed | Refused:
    """Book a request that proves nobody to its subject; a throttled subject has one small budget for all of those."""
    if snapshot.is_throttled(caller.subject):
        outcome = _count(Rule.THROTTLED, caller.subject, policy.current().throttle)
        if isinstance(outcome, Refused):
            return outcome
    return charge(rule, caller.subject, endpoint=endpoint)


def no_view(caller: Caller, who: str | None) -> Allowed | Refused:
    """Book a request that reached no view: to whoever proved themselves, else to its subject like one open page more.

    So a bot that looks for doors leaves its neighbours, behind the same address, what they need to log in.
    """
    if who is None:
        return stranger(caller, rule=Rule.OPEN, endpoint=NO_VIEW)
    return charge(Rule.PAGE, who, endpoint=NO_VIEW)


def forget() -> None:
    """Count anew."""
    global _store, _local
    _store, _local = Store(), Local()


def _count(rule: Rule, who: str, rate: Rate) -> Allowed | Refused:
    counted = _store.count(rule, who, rate)
    if counted is None and rule in CLOSED:
        counted = _local.count(rule, who, rate)
    if counted is None:
        return ALLOWED
    many, wait = counted[0], max(1, counted[1])
    if many <= rate[0]:
        return Allowed(limit=rate[0], remaining=rate[0] - many, reset=wait)
    return Refused(limit=rate[0], period=rate[1], retry_after=wait, reset=wait)


@dataclass(frozen=True, slots=True)
class Limit:
    """What a view declares. No rule: never charged. `by_key`: apiauth charges the key that it verified.

    `audit`: the acts it may record, none where it changes nothing that is audited; test_routes fails on a view without it.
    """

    rule: Rule | None
    by_key: bool = False
    audit: tuple[Act, ...] | None = None


def limit(rule: Rule | None, *, by_key: bool = False, audit: tuple[Act, ...] | None = None) -> Callable[[View], View]:
    """Declare the rule of a view, and what it may leave in the audit."""

    def declare(view: View) -> View:
        view.limit = Limit(rule, by_key, audit)  # type: ignore[attr-defined]
        return view

    return declare
