"""Runs recorded tries through detection under other thresholds: who is banned first for what; no clock, no database."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import NamedTuple

from security import guesses, scores
from security.escalation import threshold
from security.models import Guess
from security.policy import Policy
from security.scores import Scenario, Try
from security.tally import Tally


class Event(NamedTuple):
    """One try, or with the scenario `cleared` the instant up to which a subject's tries count no more."""

    at: float
    subject: str
    scenario: str
    weight: float = 0
    digest: bytes = b""


class Finding(NamedTuple):
    """The first ban of a subject."""

    subject: str
    at: float
    scenario: str
    reason: str


class Replay:
    """Tries before `since` count for what comes later, but ban nobody: as if the rules had changed at that instant."""

    def __init__(self, rules: Policy, *, since: float) -> None:
        self.rules, self.since = rules, since
        self.found: dict[str, Finding] = {}
        self._tally = Tally(pending=0)
        self._guesses: dict[str, Guess] = {}

    def see(self, event: Event, *, offences: int = 0) -> None:
        """The next in time; `offences` is what the subject was known for. Whoever is banned comes no more."""
        if event.subject in self.found:
            return
        if event.scenario == Scenario.CLEARED:
            self._tally.forget(event.subject, until=event.at)
            return
        due = self._due(event, offences)
        if due and event.at >= self.since:
            self.found[event.subject] = Finding(event.subject, event.at, *due)

    def _due(self, event: Event, offences: int) -> tuple[str, str] | None:
        """A scenario and a reason, where this try is one too many."""
        if event.scenario == Scenario.DECOY:
            return Scenario.DECOY, scores.AT_DECOY
        if event.scenario == guesses.SCENARIO:
            return (guesses.SCENARIO, guesses.REASON) if self._guessed(event, offences) else None
        tried = Try(event.digest, event.at, int(event.weight), Scenario(event.scenario))
        known = self._tally.add(event.subject, tried)
        if not known or event.at < self.since:
            return None
        found = scores.score(known, now=event.at, policy=self.rules, offences=offences)
        return (found.due[0], found.reason(found.due[0])) if found.due else None

    def _guessed(self, event: Event, offences: int) -> bool:
        """Is the limit reached?"""
        limits = replace(self.rules, guess_limit=float(threshold(self.rules.guess_limit, offences)))
        now = datetime.fromtimestamp(event.at, UTC)
        row = self._guesses.setdefault(event.subject, Guess(name=event.subject, at=now))
        row.score, row.at = guesses.charged(guesses.decayed(row, now, limits), event.weight, limits), now
        return guesses.reaches(row.score, limits)
