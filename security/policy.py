"""The thresholds in force, as one frozen value that every process learns within half a second; unreadable, the last stay."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from security import alerts, audit, durations, propagation
from security.actors import Actor
from security.alerts import Alarm
from security.audit import Act
from security.models import Policy as Row
from security.rates import LEAST, Rate
from security.thresholds import THRESHOLDS, of_old

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Policy:
    """Durations in seconds unless the name says otherwise; `thresholds` says what each is called and may be."""

    bad_keys: int = 10  # distinct ones in 24 h
    path_burst: float = 10.0  # points, leaking one each `path_leak`
    path_leak: float = 10.0
    path_day: float = 20.0  # points in 24 h
    guess_limit: float = 10.0  # points
    guess_half_life: float = 3600.0
    guess_free: int = 3  # failures of one name from one subject until they wait, a second and then ever longer
    guess_delay: float = 300.0  # the longest such wait
    ladder: tuple[float, ...] = (86_400.0, 172_800.0, 604_800.0)
    ladder_end: float | None = 30 * 86_400.0  # after the ladder; None: for good
    jitter: float = 0.1
    clean_days: int = 30  # until an offence is forgotten
    probation: float = 3600.0  # after a person lifted a ban
    widen_v4: bool = False
    widen_v6: bool = True
    throttle: Rate = (30, 60)
    session_days: int = 90  # until an ended session is forgotten
    audit_days: int = 1826  # until rows of the audit chain are archived and leave the database: five years
    traffic_named_days: int = 7  # until the traffic trail's addresses are cut to their /24 or /48
    traffic_days: int = 90  # that its rows are kept
    traffic_rows: int = 2_000_000  # of them that are kept at most
    simulated: frozenset[str] = frozenset()  # scenarios that only say whom they would have banned
    sockets_all: int = 2048  # of one process, both ports; `serve` has room for as many requests beside them
    sockets_subject: int = 60  # proven ones
    sockets_strangers: int = 20  # of one subject, before they proved themselves
    strangers_all: int = 512  # whoever proves themselves finds room, however many addresses a flood has
    sockets_user: int = 30
    sockets_key: int = 10
    sockets_session: int = 10
    preset: str = ""  # of the rates; empty: as the environment says
    rates: Mapping[str, Rate] = field(default_factory=dict)  # rule -> rate, over the preset


DEFAULTS = Policy()


class PolicyRefused(Exception):
    """Some values may not be; `problems` has a sentence by name."""

    def __init__(self, problems: Mapping[str, str]) -> None:
        super().__init__(" ".join(f"{name}: {sentence}" for name, sentence in problems.items()))
        self.problems = dict(problems)


LONGEST_PAUSE = timedelta(hours=24)

_memory = {"policy": DEFAULTS}
_pause: dict[str, datetime | None] = {"until": None}


def current() -> Policy:
    """Memory only."""
    return _memory["policy"]


def change(values: Mapping[str, Any], *, by: Actor) -> Policy:
    """Set some thresholds by name (None: back to the default); what others set stays. Raises PolicyRefused: nothing changed.

    `rates` are merged rule by rule. A ban without end is spelled "permanent", since None is the way back.
    """
    with audit.change():
        row = Row.objects.filter(pk=1).first() or Row(pk=1)
        before = _stored(row.values) or {}
        after = _merged(before, values)
        made, _ = _made(after, known=DEFAULTS)
        if problems := _contradictions(made):
            raise PolicyRefused(problems)
        if before != after:
            row.values, row.seq, row.changed, row.changed_by = json.dumps(after), propagation.bump(), timezone.now(), by.name
            row.save()
            _record(before, after, by=by)
    return made


def pause(for_: timedelta, *, by: Actor) -> datetime:
    """Nobody is refused for a while, 24 h at most; raises PolicyRefused. Bans are still written and hold afterwards."""
    if not timedelta(0) < for_ <= LONGEST_PAUSE:
        raise PolicyRefused({"for": "Bans pause for up to 24 hours."})
    until = timezone.now() + for_
    _set_pause(until, by=by, act=Act.BANS_PAUSED)
    alerts.sound(Alarm.PAUSED, f"{by.name} paused all bans {durations.until(until)}.")
    return until


def resume(*, by: Actor) -> bool:
    """End a pause; False when there is none."""
    paused = Row.objects.filter(pk=1, paused_until__gt=timezone.now()).exists()
    if paused:
        _set_pause(None, by=by, act=Act.BANS_RESUMED)
        alerts.close_kind(Alarm.PAUSED, by=by)
    return paused


def paused_until() -> datetime | None:
    """When the pause under way ends, or None; memory only."""
    until = _pause["until"]
    return until if until is not None and until > timezone.now() else None


def _set_pause(until: datetime | None, *, by: Actor, act: Act) -> None:
    with audit.change():
        seq = propagation.bump()
        row, _ = Row.objects.get_or_create(pk=1, defaults={"changed_by": by.name})
        before, row.paused_until, row.seq = row.paused_until, until, seq
        row.save(update_fields=["paused_until", "seq"])
        audit.record(act, by=by, before={"until": before}, after={"until": until})


def apply(after: int) -> None:
    """The follower of the sequence. What cannot be read of the row stays as it was last known, and alarms."""
    row = Row.objects.filter(pk=1, seq__gt=after).first() if after else Row.objects.filter(pk=1).first()
    if row is not None:
        _pause["until"] = row.paused_until
        _learn(row.values)
    elif not after:
        reset()


def reset() -> None:
    """The defaults (tests)."""
    _memory["policy"], _pause["until"] = DEFAULTS, None


def _learn(text: str) -> None:
    stored = _stored(text)
    if stored is None:
        problems = {"all of it": ""}
    else:
        _memory["policy"], problems = _made(stored, known=current())
    if problems:
        wrong = ", ".join(sorted(problems))
        alerts.sound(Alarm.POLICY, f"The stored policy cannot be read ({wrong}): what was last known of it stays in force.")


def _stored(text: str) -> dict[str, Any] | None:
    """What the row holds, None when that is no JSON of ours."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _made(stored: Mapping[str, Any], *, known: Policy) -> tuple[Policy, dict[str, str]]:
    """The policy that the stored values make; one that cannot be read keeps the value that is known, and is named."""
    values, problems = {}, {}
    for name, value in stored.items():
        if name not in THRESHOLDS:
            logger.warning("The stored policy has a threshold %r, which this version does not know: ignored", name)
            continue
        try:
            values[name] = THRESHOLDS[name].kind.check(of_old(name, value))
        except ValueError as wrong:
            values[name], problems[name] = getattr(known, name), str(wrong)
    return replace(DEFAULTS, **values), problems


def _merged(before: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    after, problems = dict(before), {}
    for name, value in values.items():
        try:
            after[name] = _spelled(name, value, before=before.get(name))
        except ValueError as wrong:
            problems[name] = str(wrong)
    if problems:
        raise PolicyRefused(problems)
    return _without_none(after)


def _spelled(name: str, value: Any, *, before: Any) -> Any:
    """As JSON holds it; None for the default."""
    if name not in THRESHOLDS:
        raise ValueError("There is no such threshold.")
    if name == "rates" and isinstance(value, Mapping):
        value = _without_none({**(before or {}), **value}) or None
    kind = THRESHOLDS[name].kind
    return None if value is None else kind.stored(kind.check(value))


def _without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _contradictions(policy: Policy) -> dict[str, str]:
    """What each value may be, but not all of them together."""
    problems = {}
    if policy.ladder_end is not None and policy.ladder_end < policy.ladder[-1]:
        problems["ladder_end"] = f"At least as long as the last of the bans by offence, {durations.spelled(policy.ladder[-1])}."
    for rule, (least, period) in LEAST.items():
        many, seconds = policy.rates.get(rule, (least, period))
        if many * period < least * seconds:
            problems[f"rates.{rule}"] = f"At least {least} a minute, or nobody could come and change it back."
    return problems


def _record(before: Mapping[str, Any], after: Mapping[str, Any], *, by: Actor) -> None:
    moved = sorted(name for name in {*before, *after} if before.get(name) != after.get(name))
    old, new = ({name: facts[name] for name in moved if name in facts} for facts in (before, after))
    audit.record(Act.POLICY_CHANGED, by=by, about=", ".join(moved), before=old, after=new)
