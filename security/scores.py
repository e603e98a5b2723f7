"""When what a subject tried is enough: two leaking buckets for paths and a count for keys; pure functions, no clock."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from security.durations import UNITS
from security.escalation import threshold
from security.policy import Policy

DAY = float(UNITS["d"])  # seconds
AT_DECOY = "a look at a decoy that only robots.txt names"  # the first bans
Event = tuple[float, int]  # when, in seconds; how many points


class Scenario(StrEnum):
    """What is counted, as the table names it."""

    KEYS = "bad-keys"
    PATHS = "unknown-paths"
    ADMIN = "former-admin"  # where the admin is no more
    SPOOF = "spoofed-header"
    LINK = "broken-link"  # one of ours: 0 points
    DECOY = "decoy"
    CLEARED = "cleared"  # what came before counts no more


_PATHS = (Scenario.PATHS, Scenario.ADMIN)


class Try(NamedTuple):
    """One distinct thing that a subject tried; `digest` is keyed."""

    digest: bytes
    at: float
    weight: int
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Score:
    """How far a subject has come, and what would be enough; `firm` counts what may ban by itself."""

    keys: int
    keys_limit: int
    burst: float
    burst_limit: int
    day: int
    day_limit: int
    firm: int

    @property
    def due(self) -> tuple[Scenario, ...]:
        """What the subject is to be banned for, if anything."""
        enough = self.is_burst or self.day >= self.day_limit
        keys = (Scenario.KEYS,) if self.keys >= self.keys_limit else ()
        return (*keys, Scenario.PATHS) if self.firm and enough else keys

    @property
    def is_burst(self) -> bool:
        """Whole points count: between two tries, however fast, a little leaks."""
        return self.burst >= self.burst_limit - 0.5

    @property
    def share(self) -> float:
        """Of what would be enough: from 1 on, the subject is banned."""
        return max(self.keys / self.keys_limit, self.burst / self.burst_limit, self.day / self.day_limit)

    def reason(self, scenario: Scenario) -> str:
        if scenario is Scenario.KEYS:
            return f"{self.keys_limit} distinct bad API keys within 24 h"
        if self.is_burst:
            return f"a burst of {self.burst_limit} points of unknown paths"
        return f"{self.day_limit} points of unknown paths within 24 h"


def score(tries: Sequence[Try], *, now: float, policy: Policy, offences: int = 0) -> Score:
    """Neither a forged header nor the first look for a former admin ever bans alone, however low the threshold."""
    lately = [each for each in tries if each.at > now - DAY]
    count = Counter(each.scenario for each in lately)
    paths = [(each.at, each.weight) for each in lately if each.scenario in _PATHS]
    return Score(
        keys=count[Scenario.KEYS],
        keys_limit=threshold(policy.bad_keys, offences),
        burst=level(paths, leak=policy.path_leak),
        burst_limit=threshold(policy.path_burst, offences),
        day=points(paths) + count[Scenario.SPOOF],
        day_limit=threshold(policy.path_day, offences),
        firm=count[Scenario.PATHS] + max(0, count[Scenario.ADMIN] - 1),
    )


def leak(now: float) -> Try:
    """Among the others, it lets the bucket leak up to now: for whoever wants the score as it stands."""
    return Try(b"", now, 0, Scenario.PATHS)


def level(events: Iterable[Event], *, leak: float) -> float:
    """What the bucket that leaks a point each `leak` seconds held right after its last event."""
    held = last = 0.0
    for at, weight in sorted(events):
        held = max(0.0, held - (at - last) / leak) + weight
        last = at
    return held


def points(events: Iterable[Event]) -> int:
    return sum(weight for _, weight in events)
