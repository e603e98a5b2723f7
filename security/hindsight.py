"""Who would have been banned lately under other thresholds, by the traffic trail, beside who was; changes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from django.utils import timezone

from security import bans, policy, sparing
from security.addresses import network
from security.kinds import Span, Typed
from security.models import Action, Ban, Origin, TrafficEntry
from security.models.traffic import Kind
from security.policy import Policy
from security.recording import Recording
from security.replay import Event, Finding, Replay
from security.scores import DAY
from security.thresholds import SCENARIOS, THRESHOLDS

CHANGEABLE = ("bad_keys", "path_burst", "path_leak", "path_day", "guess_limit", "guess_half_life")
KINDS: dict[str, Typed] = {name: cast("Typed", THRESHOLDS[name].kind) for name in CHANGEABLE}
SPAN = Span(60, 7 * DAY)


class Misread(ValueError):
    """Some threshold, or its value, may not be; the sentence says which."""


@dataclass(frozen=True, slots=True)
class Real:
    """What automation answered a subject; a throttle and a simulated ban shut nobody out."""

    subject: str
    at: datetime
    scenario: str
    reason: str
    action: str
    offence: int

    @property
    def banned(self) -> bool:
        return self.action == Action.BAN


@dataclass(frozen=True, slots=True)
class Would:
    """A subject that would have been banned, first then and for that; `real` is what it met in fact."""

    subject: str
    at: datetime
    scenario: str
    reason: str
    real: Real | None

    @property
    def spared(self) -> str:
        """Why automation would not ban it as things are now, or empty."""
        target = network(self.subject)
        excused = sparing.excused(target, automatic=True) or sparing.proven(target)
        return excused or sparing.probation(target) or ""


@dataclass(frozen=True, slots=True)
class Hindsight:
    """`until`: how far it was looked, less than was asked where it is `cut`; `begins`: the trail's oldest, if that is late."""

    since: datetime
    until: datetime
    cut: bool
    begins: datetime | None
    tries: int
    subjects: int
    anonymous: int  # requests left out, whose address is cut
    would: list[Would]
    would_not: list[Real]


def changed(texts: Mapping[str, str]) -> Policy:
    """The policy in force but for what is typed; raises Misread."""
    values = {}
    for name, text in texts.items():
        if name not in KINDS:
            raise Misread(f"{name[:40]!r} cannot be replayed: set one of {', '.join(CHANGEABLE)}.")
        try:
            values[name] = KINDS[name].read(text)
        except ValueError as wrong:
            raise Misread(f"{name}: {wrong}") from None
    return replace(policy.current(), **values)


def look(span: timedelta, rules: Policy, *, most: int | None = None) -> Hindsight:
    """As if these rules had come into force that long ago; `most` bounds the requests that are looked at."""
    until = timezone.now()
    recording, real = Recording(until - span, until, most=most), _real(until - span, until)
    replay = Replay(rules, since=recording.since.timestamp())
    for batch in recording.batches():
        _play(batch, replay, real)
    return _compared(recording, replay.found, real)


def _play(batch: Iterable[Event], replay: Replay, real: Mapping[str, Real]) -> None:
    offences = bans.offences({event.subject for event in batch})
    for event in batch:
        counted = real.get(event.subject)
        before = counted.offence - 1 if counted and counted.offence else offences[event.subject]
        replay.see(event, offences=before)


def _real(since: datetime, until: datetime) -> dict[str, Real]:
    """Each subject's first ban, or where there was none, its first milder answer; what was widened is no subject."""
    rows = Ban.objects.filter(origin=Origin.AUTO, scenario__in=SCENARIOS, created__gte=since, created__lte=until)
    found: dict[str, Real] = {}
    facts = rows.order_by("created").values_list("cidr", "created", "scenario", "reason", "action", "offence")
    for cidr, at, scenario, reason, action, offence in facts.iterator(chunk_size=2_000):
        row = Real(network(cidr).named, at, scenario, reason, action, offence)
        if row.subject not in found or (row.banned and not found[row.subject].banned):
            found[row.subject] = row
    return found


def _compared(recording: Recording, found: Mapping[str, Finding], real: Mapping[str, Real]) -> Hindsight:
    met = {name: row for name, row in real.items() if row.at <= recording.end}
    would = [
        Would(name, datetime.fromtimestamp(each.at, UTC), each.scenario, each.reason, met.get(name))
        for name, each in found.items()
    ]
    return Hindsight(
        recording.since, recording.end, recording.cut, _begins(recording.since), recording.tries, len(recording.subjects),
        recording.anonymous, would, [row for name, row in met.items() if row.banned and name not in found],
    )  # fmt: skip


def _begins(since: datetime) -> datetime | None:
    """The oldest of the trail, where that is no day older than the time in question."""
    oldest = [TrafficEntry.objects.filter(kind=kind).order_by("at").values_list("at", flat=True).first() for kind in Kind]
    first = min(filter(None, oldest), default=None)
    return first if first is not None and first > since - timedelta(seconds=DAY) else None
