"""Tells other processes what was tried here, and learns what was tried there; what cannot be written is counted here alone."""

import logging
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from security import alerts, bans, bulk, pieces, probes
from security.alerts import Alarm
from security.models import Probe
from security.scores import Scenario, Try
from security.silence import Silence
from security.tally import Row

logger = logging.getLogger(__name__)

EVERY = 0.25  # seconds
TABLE, COLUMNS = "security_probe", ("subject", "scenario", "digest", "weight", "at", "sample", "seq")
MOST_ROWS = 1_000_000  # beyond them the oldest go: a stranger with many addresses must not fill the disk

_failing, _overflowing = Silence(60.0), Silence(60.0)
_seen = {"overflowed": 0}


def merge() -> None:
    """Write this process's new tries, then learn and judge the totals of the subjects it met; the pulse calls it."""
    _alarm_of_many()
    batch = probes.tally.take()
    if not batch.subjects:
        return
    try:
        _write(batch.rows)
        found = {name: tries for some in pieces.of(sorted(batch.subjects)) for name, tries in totals(some).items()}
        offences = bans.offences(batch.subjects)
    except Exception:
        probes.tally.put_back(batch)
        if _failing.is_over():
            logger.critical("what was tried could not be merged; it is counted in this process alone", exc_info=True)
            alerts.sound(Alarm.DETECTION, f"What {len(batch.subjects)} subjects tried could not be told to other processes.")
        return
    for some in pieces.of(list(found.items())):
        for subject, tries in some:
            known = probes.tally.learn(subject, tries, offences=offences[subject])
            if known:
                probes.judge(subject, known)


def prune() -> int:
    """Delete what counts no more; a job of the background."""
    gone = Probe.objects.stale().delete()[0]
    last = list(Probe.objects.order_by("-at").values_list("at", flat=True)[MOST_ROWS : MOST_ROWS + 1])
    if last:
        gone += Probe.objects.filter(at__lte=last[0]).delete()[0]
    return gone


def forget() -> None:
    """Alarm anew (tests)."""
    _failing.forget()
    _overflowing.forget()
    _seen["overflowed"] = 0


def _write(rows: Sequence[Row]) -> None:
    """In one order everywhere, so that no two processes wait for each other's rows."""
    for some in pieces.of(sorted(rows)):
        if bulk.insert(TABLE, COLUMNS, [_values(each) for each in some], or_leave=True) < len(some):
            _renew(some)


def _renew(rows: Sequence[Row]) -> None:
    """What was tried more than a day ago and is now tried again."""
    stale = Probe.objects.stale().filter(subject__in={row.subject for row in rows})
    again = {(row.subject, row.tried.digest): row for row in rows}
    for probe in stale:
        if row := again.get((probe.subject, bytes(probe.digest))):
            Probe.objects.filter(pk=probe.pk).update(at=probes.instant(row.tried.at), weight=row.tried.weight)


def totals(subjects: Sequence[str]) -> dict[str, list[Try]]:
    """What all processes know of some subjects since a day, or since somebody cleared them."""
    rows = Probe.objects.lately().filter(subject__in=subjects).order_by()
    cleared: dict[str, float] = {}
    tries: dict[str, list[Try]] = defaultdict(list, {subject: [] for subject in subjects})
    for subject, scenario, digest, weight, at in rows.values_list("subject", "scenario", "digest", "weight", "at"):
        if scenario == Scenario.CLEARED:
            cleared[subject] = at.timestamp()
        else:
            tries[subject].append(Try(bytes(digest), at.timestamp(), weight, Scenario(scenario)))
    return {name: [each for each in some if each.at > cleared.get(name, 0.0)] for name, some in tries.items()}


def _values(row: Row) -> tuple[Any, ...]:
    digest, at, weight, scenario = row.tried
    return (row.subject, scenario, digest, weight, bulk.instant(at), row.sample[:200], 0)


def _alarm_of_many() -> None:
    overflowed, _seen["overflowed"] = _seen["overflowed"], probes.tally.overflowed
    if probes.tally.overflowed > overflowed and _overflowing.is_over():
        most = probes.tally.subjects
        alerts.sound(Alarm.DISTRIBUTED_SCAN, f"More than {most} subjects try doors: the longest quiet ones are forgotten.")
