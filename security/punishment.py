"""Automation's bans: spared, held back, simulated or written, and widened; what cannot be audited is not done."""

import random
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from security import alerts, audit, banlist, escalation, policy, propagation, sparing
from security.actors import AUTOMATION
from security.addresses import SUBJECT_LENGTH, Network
from security.alerts import Alarm
from security.durations import DAY, until
from security.models import Action, Ban, Evidence, Offender, Origin, Probe, State

MAX_SAMPLES = 20
MAX_SAMPLE = 200
WIDENED = "widened"
_UNPRINTABLE = re.compile(r"[^\x20-\x7e]")
_SECRET = re.compile(r"[A-Za-z0-9_-]{32,}")


@dataclass(frozen=True, slots=True)
class Sample:
    """One thing that led to a ban: when, what it weighed, and a redacted text."""

    at: datetime
    weight: int
    text: str


@dataclass(frozen=True, slots=True)
class Charge:
    """What automation holds against a range."""

    target: Network
    reason: str
    scenario: str
    evidence: tuple[Sample, ...] = ()


def punish(subject: str, *, reason: str, scenario: str, evidence: Iterable[Sample] = ()) -> Ban | None:
    """Automation's answer, longer with each offence: the ban that shuts the subject out, or None where nothing does.

    Whom no ban may touch is throttled; about whoever is on the allow list, or was let off lately, there is only an alarm; a
    simulated scenario leaves a row that shuts nobody out. What arrives while a ban holds is no new offence.
    """
    charge = Charge(_subject(subject), reason, scenario, tuple(evidence))
    if not settings.BANS:
        return None
    proven = sparing.proven(charge.target)
    with audit.change():
        if held := banlist.shut_out(charge.target):
            transaction.on_commit(propagation.catch_up, robust=True)  # another process wrote it, else nobody were here
            return held
        return _sentence(charge, proven)


def offences(subjects: Collection[str]) -> dict[str, int]:
    """How many offences of each subject are not forgotten yet."""
    known = Offender.objects.filter(subject__in=list(subjects)).values_list("subject", "count", "last")
    return dict.fromkeys(subjects, 0) | {subject: _left(count, last) for subject, count, last in known}


def _sentence(charge: Charge, proven: str | None) -> Ban | None:
    target, rules = charge.target, policy.current()
    if allowed := sparing.allowed(target):
        _alarm(Alarm.SPARED, f"{target} would be banned for {charge.reason}. {allowed}", str(target))
        return None
    spared = sparing.spared(target, automatic=True) or proven
    if charge.scenario in rules.simulated:
        _mild(charge, Action.SIMULATE)
        _alarm(
            Alarm.BAN,
            f"Simulated: {target} would be {'throttled' if spared else 'banned'} for {charge.reason}.",
            str(target),
        )
        return None
    if spared:
        _mild(charge, Action.THROTTLE)
        _alarm(Alarm.SPARED, f"{target} is throttled, not banned, for {charge.reason}. {spared}", str(target))
        return None
    if let_off := sparing.probation(target):
        _alarm(Alarm.SPARED, f"{target} would be banned for {charge.reason}. {let_off}", str(target))
        return None
    row = _ban(charge, offence=_offend(target))
    _widen(target, row)
    return row


def _ban(charge: Charge, *, offence: int) -> Ban:
    # The chance spreads the ends of bans, it hides nothing.
    duration = escalation.length(offence, policy=policy.current(), chance=random.random())  # noqa: S311
    row = _write(charge, action=Action.BAN, duration=duration, offence=offence)
    _alarm(Alarm.BAN, f"{row.cidr} is banned {until(row.expires)} for {charge.reason} (offence {offence}).", row.cidr)
    return row


def _mild(charge: Charge, action: Action) -> None:
    """A row that shuts nobody out; one that holds for long enough is left alone, so that nobody fills the history."""
    soon = timezone.now() + DAY / 2
    if not banlist.in_force().filter(cidr=str(charge.target), action=action, expires__gt=soon).exists():
        _write(charge, action=action, duration=DAY)


def _write(charge: Charge, *, action: Action, duration: timedelta | None, offence: int = 0) -> Ban:
    row = banlist.write(
        charge.target, reason=charge.reason, origin=Origin.AUTO, by=AUTOMATION, scenario=charge.scenario, action=action,
        duration=duration, offence=offence,
    )  # fmt: skip
    keep(charge.evidence, row)
    return row


def tried(target: Network) -> list[Sample]:
    """What a subject tried within a day, as evidence for whoever bans it by hand; of a range of many, nothing."""
    rows = Probe.objects.lately().filter(subject=target.named, weight__gt=0).exclude(sample="")
    return [Sample(*facts) for facts in rows.order_by("-at").values_list("at", "weight", "sample")[:MAX_SAMPLES]]


def keep(evidence: Iterable[Sample], row: Ban) -> None:
    """The weightiest and newest samples, as many as a ban may have."""
    room = MAX_SAMPLES - row.evidence.count()
    best = sorted(evidence, key=lambda each: (each.weight, each.at), reverse=True)[:room]
    Evidence.objects.bulk_create(
        [Evidence(ban=row, at=each.at, weight=each.weight, sample=_redacted(each.text)) for each in best]
    )


def _redacted(text: str) -> str:
    """Printable, short, and without what may be a secret."""
    return _SECRET.sub(lambda found: f"{found[0][:4]}…", _UNPRINTABLE.sub("?", text[: 4 * MAX_SAMPLE]))[:MAX_SAMPLE]


def _widen(subject: Network, row: Ban) -> None:
    """Many banned subjects side by side are one: ban what holds them, which the same lock keeps from happening twice."""
    for wide, count in escalation.widenings(subject, policy=policy.current()):
        banned = _banned_within(wide, subject.length)
        if not escalation.is_due(banned, count=count):
            continue
        if banlist.shut_out(wide):
            continue
        reason = f"{len(banned)} banned /{subject.length} within 24 h"
        if why := sparing.excused(wide, automatic=True) or sparing.proven(wide) or sparing.probation(wide):
            _alarm(Alarm.SPARED, f"{wide} would be banned for {reason}. {why}", str(wide))
            continue
        samples = tuple(Sample(row.created, 1, cidr) for cidr in banned)
        _ban(Charge(wide, reason, WIDENED, samples), offence=row.offence)


def _banned_within(wide: Network, length: int) -> list[str]:
    since = timezone.now() - escalation.WIDENING_WINDOW
    rows = Ban.objects.filter(banlist.within(wide), created__gt=since, origin=Origin.AUTO, action=Action.BAN)
    return sorted(
        {cidr for cidr in rows.exclude(state=State.LIFTED).values_list("cidr", flat=True) if cidr.endswith(f"/{length}")}
    )


def _subject(text: str) -> Network:
    """The whole line an IPv6 address belongs to, also where it is named by less than its /64; raises BanRefused."""
    target = banlist.parsed(text)
    if why := sparing.too_wide(target, automatic=True):
        raise banlist.BanRefused(why)
    return target.around(min(target.length, SUBJECT_LENGTH[target.bits]))


def _offend(target: Network) -> int:
    now = timezone.now()
    offender, _ = Offender.objects.get_or_create(subject=target.named, defaults={"last": now})
    offender.count, offender.last = _left(offender.count, offender.last) + 1, now
    offender.save(update_fields=["count", "last"])
    return offender.count


def _left(count: int, last: datetime) -> int:
    return escalation.remaining(count, last=last, now=timezone.now(), clean_days=policy.current().clean_days)


def _alarm(alarm: Alarm, sentence: str, about: str) -> None:
    """Once the change stands: what was rolled back did not happen."""
    transaction.on_commit(lambda: alerts.sound(alarm, sentence, about=about), robust=True)
