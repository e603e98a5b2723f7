"""Whom detection has an eye on before they are banned: how near each is, and what it tried; and our own broken links."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, Sum
from django.utils import timezone

from security import bans, merging, policy, scores
from security.models import Probe
from security.scores import Scenario, Score

PER_PAGE = 50
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
    """`score` says how much of what is enough; `tried` the newest distinct things, `count` of how many."""

    subject: str
    score: Score
    offences: int
    last: datetime
    count: int
    tried: tuple[Tried, ...]


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
    """Those who tried most within a day come first."""
    start = (max(1, number) - 1) * PER_PAGE
    lately = Probe.objects.lately().filter(weight__gt=0).values("subject")
    ranked = lately.annotate(points=Sum("weight"), last=Max("at")).order_by("-points", "-last", "subject")
    subjects = [row["subject"] for row in ranked[start : start + PER_PAGE + 1]]
    return Page(_suspects(subjects[:PER_PAGE]), max(1, number), len(subjects) > PER_PAGE)


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
    known, offences, now = merging.totals(subjects), bans.offences(subjects), timezone.now()
    rows: dict[str, list[Tried]] = {subject: [] for subject in subjects}
    fields = ("subject", "at", "weight", "scenario", "sample")
    lately = Probe.objects.lately().filter(subject__in=subjects, weight__gt=0).order_by("-at")
    for subject, *facts in lately.values_list(*fields):
        rows[subject].append(Tried(*facts))
    return [
        Suspect(
            subject=subject,
            score=scores.score(known[subject], now=now.timestamp(), policy=policy.current(), offences=offences[subject]),
            offences=offences[subject],
            last=rows[subject][0].at,
            count=len(rows[subject]),
            tried=tuple(rows[subject][:SHOWN]),
        )
        for subject in subjects
        if rows[subject]
    ]
