"""Why an address is let in, slowed or shut out: the rule that decides, its scores, and what the next offence would cost."""

import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from security import allows, banlist, bans, durations, escalation, guesses, merging, policy, scores, sparing
from security.addresses import SUBJECT_LENGTH, Network, network
from security.bans import BanRefused
from security.models import Action, Allow, Ban, Probe
from security.scores import Scenario

LATELY = timedelta(days=30)
MOST = 10  # ended bans, and samples of a score
BURST = "unknown-paths at once"
DONE = {Action.BAN: "banned", Action.THROTTLE: "throttled"}

Entry = TypeVar("Entry", Ban, Allow)


@dataclass(frozen=True, slots=True)
class Score:
    """`threshold` bans this subject; None where no threshold stands in the policy. `tried` are redacted, newest first."""

    scenario: str
    score: float
    threshold: float | None
    distinct: int
    tried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """`verdict` is allow, ban, throttle or none; `rule` says in a sentence what decides."""

    address: str
    subject: str
    verdict: str
    rule: str
    cidr: str
    until: datetime | None
    enforced: str  # empty, or why no ban is at the moment
    never_bannable: str
    probation: str
    offences: int
    next_ban: timedelta | None  # without the jitter; None: for good
    scores: tuple[Score, ...]
    ended: tuple[Ban, ...]

    @property
    def notes(self) -> tuple[str, ...]:
        """What else weighs in the decision, in sentences."""
        never = self.never_bannable and f"Automation never bans it: {self.never_bannable}"
        probation = self.probation and f"On probation: {self.probation}"
        return tuple(each for each in (self.enforced, never, probation) if each)


def explain(address: str) -> Explanation:
    """One address or subject; raises BanRefused for what is none. Asks the database, so it is right on a stopped server too."""
    target = _single(address)
    subject = target.around(min(target.length, SUBJECT_LENGTH[target.bits]))
    offences = bans.offences([subject.named])[subject.named]
    verdict, rule, cidr, until = _decision(target)
    return Explanation(
        address=target.named if target.length != 128 else target.named.removesuffix("/128"),
        subject=subject.named,
        verdict=verdict,
        rule=rule,
        cidr=cidr,
        until=until,
        enforced=unenforced(),
        never_bannable=sparing.excused(subject, automatic=True) or sparing.proven(subject) or "",
        probation=sparing.probation(subject) or "",
        offences=offences,
        next_ban=escalation.length(offences + 1, policy=policy.current()),
        scores=tuple(_scores(subject.named, offences)),
        ended=tuple(_ended(subject)),
    )


def unenforced() -> str:
    """Why nobody is refused at the moment, or nothing."""
    if not settings.BANS:
        return "Bans are switched off by BANS=off."
    paused = policy.paused_until()
    return f"Bans are paused {durations.until(paused)}." if paused else ""


def _single(text: str) -> Network:
    banlist.parsed(text)
    found = network(text)
    if found.is_range:
        raise BanRefused(f"{found} is a range: give one address.")
    return found


def _decision(target: Network) -> tuple[str, str, str, datetime | None]:
    """As the matcher decides: the allow list, then the narrowest ban, then the narrowest throttle."""
    entry = _narrowest(allows.in_force().filter(banlist.holding(target)))
    if entry is not None:
        return "allow", f"{entry.cidr} is on the allow list: {entry.note}", entry.cidr, entry.expires
    for action, done in DONE.items():
        row = _narrowest(banlist.in_force().filter(banlist.holding(target), action=action))
        if row is not None:
            return str(action), f"{row.cidr} is {done} by {row.actor}: {row.reason}", row.cidr, row.expires
    return "none", "No rule names it: it is let in.", "", None


def _narrowest(rows: QuerySet[Entry]) -> Entry | None:
    return max(rows, key=lambda row: network(row.cidr).length, default=None)


def _scores(subject: str, offences: int) -> Iterator[Score]:
    """As detection counts them; the bucket that leaks is shown as it stands now."""
    now, limits = time.time(), policy.current()
    tries = merging.totals([subject])[subject]
    found = scores.score([*tries, scores.leak(now)], now=now, policy=limits, offences=offences)
    of = Counter(each.scenario for each in tries)
    for name, points, limit in (
        (Scenario.KEYS, found.keys, found.keys_limit),
        (Scenario.PATHS, found.day, found.day_limit),
    ):
        if of[name]:
            yield Score(name, points, limit, of[name], _samples(subject, name))
    if found.burst > 0:
        yield Score(BURST, round(found.burst, 1), found.burst_limit, of[Scenario.PATHS] + of[Scenario.ADMIN], ())
    for name in (Scenario.ADMIN, Scenario.SPOOF, Scenario.LINK):
        if of[name]:
            yield Score(
                name, sum(each.weight for each in tries if each.scenario is name), None, of[name], _samples(subject, name)
            )
    if guessed := round(guesses.standing(subject), 1):
        yield Score(guesses.SCENARIO, guessed, escalation.threshold(limits.guess_limit, offences), 0, ())


def _samples(subject: str, scenario: Scenario) -> tuple[str, ...]:
    rows = Probe.objects.filter(subject=subject, scenario=scenario).exclude(sample="").order_by("-at")
    return tuple(rows.values_list("sample", flat=True)[:MOST])


def _ended(subject: Network) -> QuerySet[Ban]:
    since = timezone.now() - LATELY
    rows = Ban.objects.filter(banlist.overlapping(subject), created__gte=since)
    return rows.exclude(pk__in=banlist.in_force().filter(banlist.overlapping(subject)).values("pk"))[:MOST]
