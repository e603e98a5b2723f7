"""Whom detection has an eye on before they are banned: how near each is, and what it tried; and our own broken links."""

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Sum

from security import banlist, bans, escalation, guesses, merging, policy, scores, sparing
from security.addresses import network
from security.guesses import Standing
from security.models import Ban, Probe
from security.scores import Scenario, Score, Try

PER_PAGE = 50
PAGES = 200  # nobody reads further
SHOWN = 20  # distinct things of one subject
LINKS = 1_000  # newest reports of broken links that are counted up


@dataclass(frozen=True, slots=True)
class Tried:
    at: datetime
    weight: int
    scenario: str
    sample: str


@dataclass(frozen=True, slots=True)
class Suspect:
    """`score` says how much of what is enough, `guessed` how much of `guess_limit` at passwords and codes.

    `tried` are the newest distinct things, `count` of how many. `spared` says why automation bans it for none of that, `ban`
    that it is shut out already.
    """

    subject: str
    score: Score
    guessed: float
    guess_limit: int
    offences: int
    last: datetime
    count: int
    tried: tuple[Tried, ...]
    spared: str | None
    ban: Ban | None

    @property
    def share(self) -> float:
        """Of what would be enough: about 1 when it is banned."""
        return max(self.score.share, self.guessed / self.guess_limit)

    @property
    def charge(self) -> str:
        """What is held against it, as the reason of a ban."""
        parts = (
            (self.score.keys, f"bad API key{'' if self.score.keys == 1 else 's'}"),
            (self.score.day, f"point{'' if self.score.day == 1 else 's'} of unknown paths"),
            (round(self.guessed), f"wrong password{'' if round(self.guessed) == 1 else 's'} or codes"),
        )
        return f"{', '.join(f'{many} {what}' for many, what in parts if many) or 'Suspicious'} within 24 h"


@dataclass(frozen=True, slots=True)
class Page:
    suspects: list[Suspect]
    number: int
    has_next: bool


@dataclass(frozen=True, slots=True)
class BrokenLink:
    """A path that a page of ours leads to, it seems, and how many subjects followed it within a day."""

    path: str
    count: int
    last: datetime


def page(number: int = 1) -> Page:
    """Those who tried or guessed most within a day come first."""
    number = min(max(1, number), PAGES)
    start, end = (number - 1) * PER_PAGE, number * PER_PAGE + 1
    lately = Probe.objects.lately().filter(weight__gt=0).values("subject").annotate(points=Sum("weight"), last=Max("at"))
    tried = lately.order_by("-points", "-last", "subject")[:end]
    points: dict[str, float] = {row["subject"]: row["points"] for row in tried}
    for subject, guessed in guesses.standings(most=end).items():
        points[subject] = max(points.get(subject, 0.0), guessed.score)
    subjects = sorted(points, key=lambda subject: -points[subject])[start:end]
    return Page(_suspects(subjects[:PER_PAGE]), number, len(subjects) > PER_PAGE)


def find(subject: str) -> Suspect | None:
    """One subject, or None where nothing is counted against it."""
    return next(iter(_suspects([subject])), None)


def broken_links() -> list[BrokenLink]:
    """What our own pages lead to and is not there, most followed first."""
    rows = Probe.objects.lately().filter(scenario=Scenario.LINK).order_by("-at")
    reports = list(rows.values_list("sample", "at")[:LINKS])
    last = dict(reversed(reports))
    return [BrokenLink(path, count, last[path]) for path, count in Counter(sample for sample, _ in reports).most_common()]


def _suspects(subjects: Sequence[str]) -> list[Suspect]:
    known, offences, tried, guessed = (
        merging.totals(subjects), bans.offences(subjects), _tried(subjects), guesses.standings(subjects)
    )  # fmt: skip
    return [
        _suspect(subject, known[subject], offences[subject], tried[subject], guessed.get(subject))
        for subject in subjects
        if tried[subject] or subject in guessed
    ]


def _suspect(subject: str, tries: list[Try], offences: int, tried: list[Tried], guessed: Standing | None) -> Suspect:
    now, limits, target = time.time(), policy.current(), network(subject)
    return Suspect(
        subject=subject,
        score=scores.score([*tries, scores.leak(now)], now=now, policy=limits, offences=offences),
        guessed=guessed.score if guessed else 0.0,
        guess_limit=escalation.threshold(limits.guess_limit, offences),
        offences=offences,
        last=max([each.at for each in (*tried[:1], guessed) if each]),
        count=len(tried),
        tried=tuple(tried[:SHOWN]),
        spared=sparing.excused(target, automatic=True),
        ban=banlist.shut_out(target),
    )


def _tried(subjects: Sequence[str]) -> dict[str, list[Tried]]:
    """What counts against each, newest first."""
    rows: dict[str, list[Tried]] = {subject: [] for subject in subjects}
    fields = ("subject", "at", "weight", "scenario", "sample")
    lately = Probe.objects.lately().filter(subject__in=subjects, weight__gt=0).order_by("-at")
    for subject, *facts in lately.values_list(*fields):
        rows[subject].append(Tried(*facts))
    return rows
