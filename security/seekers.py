"""All who asked for paths of one pattern: looked at first, then banned in one go; whom no ban may touch is spared and named."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import translate
from itertools import chain

from django.utils import timezone

from security import audit, banlist, bans, paths, snapshot, sparing
from security.actors import Actor
from security.addresses import network
from security.bans import BanRefused
from security.durations import DAY
from security.models import Action, Ban, Origin, Probe, TrafficEntry
from security.scores import Scenario

MOST = 200  # subjects at once: meanwhile nobody else changes bans or keys
READ = 100_000  # rows of each source, the newest, that are looked at
SHOWN = 3  # paths of one subject
LONGEST = 200
SOUGHT = (Scenario.PATHS, Scenario.ADMIN, Scenario.DECOY)

Asked = dict[str, datetime]  # paths, and when last


class PatternRefused(ValueError):
    """The pattern may not be; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Seeker:
    """`count` distinct paths of the pattern, the newest first; `spared`: why it may not be banned; `ban`: it is already."""

    subject: str
    count: int
    paths: tuple[str, ...]
    last: datetime
    spared: str | None
    ban: Ban | None


@dataclass(frozen=True, slots=True)
class Found:
    """Those who asked for most, and how many more there are."""

    seekers: list[Seeker]
    more: int

    @property
    def total(self) -> int:
        return len(self.seekers) + self.more


@dataclass(frozen=True, slots=True)
class Outcome:
    """`held`: whom a ban that lasts longer shuts out already; `refused`: by subject, why."""

    banned: list[Ban]
    held: list[str]
    refused: dict[str, str]


def checked(pattern: str) -> str:
    """A path with * for any text and ? for any character; raises PatternRefused."""
    if not (pattern.startswith(("/", "*")) and len(pattern) <= LONGEST and pattern.isprintable()):
        raise PatternRefused(f"A pattern is a path of up to {LONGEST} characters with * for any text, such as /wp-*.")
    if not any(each.isalnum() for each in pattern):
        raise PatternRefused("That pattern would name everybody: it needs a letter or a digit.")
    return pattern


def find(pattern: str, *, by: Actor, until: datetime) -> Found:
    """Who asked within the 24 h before an instant, and who of them a ban by this person would spare."""
    ranked = _ranked(pattern, until)
    return Found([_seeker(subject, asked, by) for subject, asked in ranked[:MOST]], max(0, len(ranked) - MOST))


def ban_all(pattern: str, *, until: datetime, reason: str, duration: timedelta | None, by: Actor) -> Outcome:
    """Ban those whom `find` names, in one transaction; raises BanRefused where nobody may be banned for that."""
    bans.check(reason, duration)
    outcome = Outcome([], [], {})
    targets = {subject: network(subject) for subject, _ in _ranked(pattern, until)[:MOST]}
    with audit.change():
        for subject, target in targets.items():
            if _outlasts(banlist.shut_out(target), duration):
                outcome.held.append(subject)
                continue
            try:
                row = bans.carry_out(target, reason=reason, origin=Origin.OPERATOR, by=by, duration=duration)
                outcome.banned.append(row)
            except BanRefused as refused:
                outcome.refused[subject] = str(refused)
    return outcome


def _ranked(pattern: str, until: datetime) -> list[tuple[str, Asked]]:
    """Those who asked for most first, and behind them whoever this process knows to be shut out."""
    matches = re.compile(translate(paths.fold(checked(pattern)))).match
    word, found = _longest_word(pattern), defaultdict[str, Asked](dict)
    for subject, at, path in chain(_counted(word, until), _trailed(word, until)):
        if matches(paths.fold(path)):
            found[subject][path] = max(at, found[subject].get(path, at))
    for subject, since in _pardoned(found, until).items():
        found[subject] = {path: at for path, at in found[subject].items() if at > since}
    return sorted(((name, asked) for name, asked in found.items() if asked), key=_rank)


def _rank(seeker: tuple[str, Asked]) -> tuple[bool, int, str]:
    subject, asked = seeker
    return snapshot.verdict(subject.partition("/")[0]) is not None, -len(asked), subject


def _counted(word: str, until: datetime) -> Iterator[tuple[str, datetime, str]]:
    """What detection counts now."""
    rows = Probe.objects.filter(scenario__in=SOUGHT, at__gt=until - DAY, at__lte=until, sample__icontains=word)
    for subject, at, sample in rows.order_by("-at").values_list("subject", "at", "sample")[:READ]:
        yield subject, at, sample.partition(" ")[2]


def _trailed(word: str, until: datetime) -> Iterator[tuple[str, datetime, str]]:
    """What it counted, as the trail has it: detection forgets whom it banned."""
    rows = TrafficEntry.objects.filter(tried__isnull=False, anonymous=False, at__gt=until - DAY, at__lte=until)
    facts = rows.filter(path__icontains=word).order_by("-at").values_list("subject", "at", "path", "tried")
    for subject, at, path, tried in facts[:READ]:
        if any(scenario in SOUGHT for scenario, *_ in tried or ()):
            yield subject, at, path


def _pardoned(subjects: Collection[str], until: datetime) -> dict[str, datetime]:
    """Since when those count anew whom somebody cleared, or whose ban was lifted."""
    marks = Probe.objects.filter(scenario=Scenario.CLEARED, at__gt=until - DAY).values_list("subject", "at")
    return {name: at for name, at in marks if name in subjects and banlist.shut_out(network(name)) is None}


def _longest_word(pattern: str) -> str:
    """What every path of the pattern holds, whatever its slashes and case; empty where that is not sure."""
    words = re.split(r"[*?/]", pattern.partition("[")[0])
    longest = max(words, key=len)
    return longest if longest.isascii() else ""


def _seeker(subject: str, asked: Asked, by: Actor) -> Seeker:
    target = network(subject)
    newest = sorted(asked, key=lambda path: asked[path], reverse=True)
    return Seeker(
        subject=subject,
        count=len(asked),
        paths=tuple(newest[:SHOWN]),
        last=asked[newest[0]],
        spared=sparing.objection(target, action=Action.BAN, origin=Origin.OPERATOR, by=by, force=False),
        ban=banlist.shut_out(target),
    )


def _outlasts(held: Ban | None, duration: timedelta | None) -> bool:
    """Would a new ban change nothing?"""
    if held is None:
        return False
    return held.expires is None or (duration is not None and held.expires >= timezone.now() + duration)
