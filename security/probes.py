"""Who tries doors: keys that are none, paths that are none, decoys; enough of them ban. If that fails it alarms and goes on."""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from django.conf import settings
from django.db import transaction

from security import alerts, audit, bans, crypto, decoys, guesses, paths, policy, propagation, scores, trail
from security.actors import Actor
from security.addresses import subject_network
from security.alerts import Alarm
from security.audit import Act
from security.clientip import Caller
from security.meter import meter
from security.models import Probe
from security.scores import Scenario, Try
from security.silence import Silence
from security.tally import Row, Tally

logger = logging.getLogger(__name__)

RETRY = 10.0  # seconds until a ban that failed is tried again
SPARED = 60.0  # seconds until one that may not be banned is judged again
BROKEN_LINKS = 5  # of ours, that a subject may follow a day
FORMER_ADMIN = "admin"
MAX_SAMPLES = 20

tally = Tally()
_strays, _admins = Silence(SPARED), Silence(SPARED)


def bad_key(caller: Caller, token: str, *, kind: str) -> None:
    """A key was presented that is not live; the identical one counts once a subject and day. `kind` is all that is kept."""
    meter.bad_key()
    _try(caller.subject, Scenario.KEYS, token, weight=1, sample=f"API key: {kind}")


def unrouted(caller: Caller, path: str, *, method: str = "GET", linked: bool = False, foreign: bool = False) -> None:
    """A path (decoded once, no query) matched no route, and nothing proved who asked.

    `linked`: by a page of ours, it says; `foreign`: by a page elsewhere, whose visitor must not answer for it at once.
    """
    subject, normal, sample = caller.subject, paths.normalise(path), f"{method} {paths.redacted(path)}"
    if decoys.holds(path) and not foreign:
        _caught(subject, sample)
    elif method in paths.NEVER_ANSWERED or decoys.holds(path):
        _try(subject, Scenario.PATHS, f"{method} {normal}", weight=paths.KNOWN, sample=sample)
    elif _was_admin(normal):
        _try(subject, Scenario.ADMIN, normal, weight=paths.KNOWN, sample=sample)
        if _admins.is_over(subject):
            alerts.sound(Alarm.ADMIN_PROBED, f"{subject} looks for the admin where it used to be: {sample}", about=subject)
    elif weight := paths.weight(path):
        if weight == paths.OTHER and linked and _followed(subject, normal, sample):
            return
        _try(subject, Scenario.PATHS, normal, weight=weight, sample=sample)


def spoofed(caller: Caller) -> None:
    """A request that proves nobody: where it brings a header that only a proxy of ours may send, that never bans alone."""
    if caller.spoofed:
        _try(caller.subject, Scenario.SPOOF, "", weight=1, sample="a forwarding header, and no trusted proxy before it")


def has_spoofed(caller: Caller) -> bool:
    """Is that counted already? Memory only."""
    return tally.knows(caller.subject, _digest(Scenario.SPOOF, ""))


def strayed(caller: Caller, path: str, *, who: str) -> None:
    """Somebody who proved themselves asked for a decoy."""
    if decoys.holds(path) and _strays.is_over(caller.subject):
        sentence = f"{who or 'Somebody with a live key'} asked for the decoy {paths.redacted(path)}"
        alerts.sound(Alarm.DECOY, sentence, about=caller.subject)


def clear(subject: str, *, by: Actor) -> bool:
    """Forget, in every process, what an address tried and guessed up to now; False: nothing was known. Raises NotAnAddress."""
    network = subject_network(subject)
    name = network.named
    with audit.change():
        count, guessed = _void(name, at=time.time()), guesses.forgive(name)
        if count or guessed:
            audit.record(Act.PROBES_CLEARED, by=by, about=name, before={"probes": count, "guessed": guessed})
    return bool(count or guessed)


def judge(subject: str, tries: list[Try]) -> None:
    """Ban a subject that tried enough; called in the request that made it enough, or when others' tries are learned."""
    if not settings.BANS:
        return
    at = time.time()
    found = scores.score(tries, now=at, policy=policy.current(), offences=tally.offences(subject))
    for scenario in found.due:
        if tally.doze(subject, scenario, at=at, until=at + RETRY):
            _punish(subject, scenario, found.reason(scenario))


def apply(after: int) -> None:
    """The follower of the sequence: forget what was cleared."""
    for subject, at in Probe.objects.filter(seq__gt=after).values_list("subject", "at"):
        tally.forget(subject, until=at.timestamp())


def forget() -> None:
    """Start counting anew (tests)."""
    tally.clear()
    _strays.forget()
    _admins.forget()


def _try(subject: str, scenario: Scenario, tried: str, *, weight: int, sample: str) -> None:
    if scenario in (Scenario.PATHS, Scenario.ADMIN):
        meter.probe()
    try:
        new = Try(_digest(scenario, tried), time.time(), weight, scenario)
        known = tally.add(subject, new, sample=sample)
        trail.tried(scenario, weight=weight, digest=new.digest, again=new not in (known or ()))
        if known:
            judge(subject, known)
    except Exception:
        logger.critical("what %s tried could not be counted", subject, exc_info=True)


def _digest(scenario: Scenario, tried: str) -> bytes:
    return crypto.digest(settings.SECRET_KEY.encode(), purpose=scenario, data=tried.encode(errors="replace"))[:16]


def _was_admin(normal: str) -> bool:
    first = normal.lstrip("/").partition("/")[0]
    return first == FORMER_ADMIN and settings.ADMIN_PATH.strip("/") != FORMER_ADMIN


def _followed(subject: str, normal: str, sample: str) -> bool:
    """A link of ours leads nowhere: that is no probe, but whoever says so too often is not believed."""
    if not tally.knows(subject, _digest(Scenario.LINK, normal)):
        if sum(each.scenario is Scenario.LINK for each in tally.of(subject)) >= BROKEN_LINKS:
            return False
        _try(subject, Scenario.LINK, normal, weight=0, sample=sample)
    return True


def _caught(subject: str, sample: str) -> None:
    """The first look at a decoy is enough."""
    meter.probe()
    at = time.time()
    due = tally.doze(subject, Scenario.DECOY, at=at, until=at + RETRY)
    trail.tried(Scenario.DECOY, weight=paths.KNOWN, again=not due)
    if settings.BANS and due:
        look = Row(subject, Try(_digest(Scenario.DECOY, sample), at, paths.KNOWN, Scenario.DECOY), sample)
        _punish(subject, Scenario.DECOY, scores.AT_DECOY, besides=[look])


def _punish(subject: str, scenario: Scenario, reason: str, *, besides: Sequence[Row] = ()) -> None:
    try:
        evidence = _evidence(subject, scenario, besides)
        if bans.punish(subject, reason=reason, scenario=scenario, evidence=evidence) is None:
            tally.rest(subject, scenario, until=time.time() + SPARED)
            return
        with transaction.atomic():
            _void(subject, at=time.time())
    except Exception:
        logger.critical("%s could not be banned for %s", subject, reason, exc_info=True)  # its next try asks again
        alerts.sound(Alarm.DETECTION, f"{subject} could not be banned for {reason}; the log says why.", about=subject)


def _evidence(subject: str, scenario: Scenario, besides: Sequence[Row]) -> list[bans.Sample]:
    """What all processes wrote down, and what is not written yet; keys beside keys, all else beside the rest."""
    rows = Probe.objects.lately().filter(subject=subject).exclude(sample="")
    same = rows.filter(scenario=Scenario.KEYS) if scenario is Scenario.KEYS else rows.exclude(scenario=Scenario.KEYS)
    samples = {bytes(row.digest): bans.Sample(row.at, row.weight, row.sample) for row in same.order_by("-at")[:MAX_SAMPLES]}
    for row in [*tally.waiting(subject), *besides]:
        if (row.tried.scenario is Scenario.KEYS) == (scenario is Scenario.KEYS):
            samples[row.tried.digest] = bans.Sample(instant(row.tried.at), row.tried.weight, row.sample)
    return sorted(samples.values(), key=lambda sample: sample.at)[-MAX_SAMPLES:]


def _void(subject: str, *, at: float) -> int:
    """Inside a transaction: what a subject tried up to an instant counts nowhere any more; how much that was.

    Every process hears of it by the sequence, this one as soon as the transaction stands.
    """
    seq = propagation.bump(only="probes")
    count, _ = Probe.objects.filter(subject=subject, at__lte=instant(at)).exclude(scenario=Scenario.CLEARED).delete()
    mark = {"at": instant(at), "seq": seq, "weight": 0}
    Probe.objects.update_or_create(subject=subject, scenario=Scenario.CLEARED, digest=bytes(16), defaults=mark)
    return count


def instant(at: float) -> datetime:
    """Of seconds since 1970."""
    return datetime.fromtimestamp(at, UTC)
