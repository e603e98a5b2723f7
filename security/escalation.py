"""How long a ban lasts, how soon it comes and how wide it grows: pure rules over the policy, each monotone and bounded."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from security.addresses import Network
from security.policy import Policy

MOST_HALVINGS = 3
WIDENING_WINDOW = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Widening:
    """So many banned subjects of `narrow` within one range of `wide` ban that range."""

    bits: int
    narrow: int
    wide: int
    count: int


WIDENINGS = (Widening(128, 64, 56, 4), Widening(128, 64, 48, 8), Widening(32, 32, 24, 8))


def threshold(limit: float, offences: int) -> int:
    """What bans a subject with so many offences, where `limit` bans one with none."""
    return ceil(limit / (1 << min(max(offences, 0), MOST_HALVINGS)))


def remaining(count: int, *, last: datetime, now: datetime, clean_days: int) -> int:
    """What is left of a count of offences after the clean days since the last one."""
    forgotten = max(now - last, timedelta(0)) // timedelta(days=max(clean_days, 1))
    return max(0, count - forgotten)


def length(offence: int, *, policy: Policy, chance: float = 0.0) -> timedelta | None:
    """How long the so-manieth offence is answered (None: for good); `chance` from 0 to 1 picks within the jitter."""
    rungs = (*policy.ladder, policy.ladder_end)
    seconds = rungs[min(max(offence, 1), len(rungs)) - 1]
    return None if seconds is None else timedelta(seconds=seconds * (1 + policy.jitter * chance))


def widenings(subject: Network, *, policy: Policy) -> list[tuple[Network, int]]:
    """The ranges around a subject that may be banned with it, narrowest first, each with how many banned subjects it takes."""
    on = policy.widen_v4 if subject.bits == 32 else policy.widen_v6
    rules = [rule for rule in WIDENINGS if (rule.bits, rule.narrow) == (subject.bits, subject.length)]
    return [(subject.around(rule.wide), rule.count) for rule in rules] if on else []


def is_due(banned: Collection[str], *, count: int) -> bool:
    """Are there enough distinct banned subjects in a range?"""
    return len(set(banned)) >= count
