"""The thresholds: what they may be, how they are stored, and that every process learns of a change."""

import json
import math
import threading
from dataclasses import asdict, fields
from typing import Any

import pytest
from django.db import connections

from security import alerts, guesses, policy, propagation
from security.actors import Actor
from security.models import AuditEntry, Policy, Sequence
from security.policy import DEFAULTS, PolicyRefused
from security.rates import STANDARD
from security.scores import Scenario
from security.thresholds import SCENARIOS, THRESHOLDS

OPERATOR = Actor("owner")
CHANGED = {
    "bad_keys": 5, "path_burst": 7.5, "ladder": (60.0, 120.0), "ladder_end": "permanent", "widen_v4": True,
    "throttle": (10, 60), "simulated": ["bad-keys"], "preset": "active", "rates": {"order": (5, 1)},
}  # fmt: skip

NAN, INF = math.nan, math.inf
WRONG: dict[str, list[Any]] = {
    "bad_keys": [0, -1, 65, 5.0, "5", True, [], {}, NAN],
    "path_day": [0, 59.5, 60, 100, 1000, 1001],
    "path_burst": [0, 0.5, 60, 10**400, NAN, INF, -INF, "10", True],
    "ladder": [[], [0], [-60], [120, 60], [60, 60], [60] * 11, [*range(60, 71)], 60, "60", [NAN], [INF]],
    "ladder_end": [0, "for good", INF, []],
    "jitter": [-0.1, 1.1, NAN],
    "throttle": [0, (0, 60), (10, 0), (10, 86_401), (1_000_001, 1), (10,), (1, 2, 3), (1.5, 60), "10"],
    "simulated": ["bad-keys", ["nothing"], 5, [[]]],
    "preset": ["off", "Standard", 5, []],
    "rates": [[], "60/min", {"nothing": (1, 1)}, {"api": (0, 1)}, {"throttled": (1, 1)}, {"api": 5}],
    "widen_v4": [1, 0, "on", "false"],
}

pytestmark = pytest.mark.django_db(transaction=True)


def change(**values: Any) -> policy.Policy:
    return policy.change(values, by=OPERATOR)


def test_every_threshold_has_a_name_and_bounds():
    missing = {field.name for field in fields(policy.Policy)} - set(THRESHOLDS)
    assert not missing, "name them and their bounds in security/thresholds.py"
    assert len(THRESHOLDS) == len(fields(policy.Policy))


def test_whatever_automation_bans_for_can_be_simulated():
    assert set(SCENARIOS) == {Scenario.KEYS, Scenario.PATHS, Scenario.DECOY, guesses.SCENARIO}


@pytest.mark.parametrize("name", THRESHOLDS)
def test_a_default_may_be_and_is_stored_as_it_is(name):
    kind, default = THRESHOLDS[name].kind, getattr(DEFAULTS, name)
    assert kind.check(json.loads(json.dumps(kind.stored(default)))) == default


def test_a_change_holds_at_once_and_the_rest_stays():
    change(bad_keys=5)
    assert asdict(policy.current()) == asdict(DEFAULTS) | {"bad_keys": 5}


def test_what_was_stored_is_read_again_exactly():
    made = change(**CHANGED)
    policy.reset()
    policy.apply(0)
    assert policy.current() == made
    assert {name: type(value) for name, value in asdict(made).items()} == {
        name: type(value) for name, value in asdict(policy.current()).items()
    }


@pytest.mark.parametrize("name", CHANGED)
def test_none_leads_back_to_the_default(name):
    change(**CHANGED)
    assert getattr(change(**{name: None}), name) == getattr(DEFAULTS, name)


def test_a_ban_for_good_is_no_default():
    change(ladder_end="permanent")
    assert policy.current().ladder_end is None


@pytest.mark.parametrize(
    ("name", "wrong"), [*((name, wrong) for name, values in WRONG.items() for wrong in values), ("nothing", 5)]
)
def test_a_wrong_value_is_refused_with_a_sentence(name, wrong):
    with pytest.raises(PolicyRefused) as refused:
        change(**{name: wrong})
    assert list(refused.value.problems) == [name]
    assert refused.value.problems[name].endswith(".")


def test_one_wrong_value_changes_nothing():
    with pytest.raises(PolicyRefused):
        change(bad_keys=5, path_day=0)
    assert policy.current() == DEFAULTS
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(
    ("values", "beside"),
    [
        ({"ladder_end": 3600}, "ladder_end"),
        ({"rates": {"page": (1, 60)}}, "rates.page"),
        ({"rates": {"login": (1, 3600)}}, "rates.login"),
    ],
)
def test_values_that_make_no_sense_together_are_refused(values, beside):
    with pytest.raises(PolicyRefused) as refused:
        change(**values)
    assert list(refused.value.problems) == [beside]


def test_a_change_is_audited_with_what_moved_and_nothing_else():
    change(bad_keys=5, path_day=30.0)
    change(bad_keys=6)
    entry = AuditEntry.objects.first()
    assert entry is not None
    assert (entry.act, entry.actor, entry.about) == ("policy:values:change", "owner", "bad_keys")
    assert (json.loads(entry.before), json.loads(entry.after)) == ({"bad_keys": 5}, {"bad_keys": 6})


def test_what_changes_nothing_is_no_act():
    change(bad_keys=5)
    before = propagation.current()
    change(bad_keys=5)
    assert (AuditEntry.objects.count(), propagation.current()) == (1, before)


def test_two_who_change_at_once_lose_nothing():
    together, wanted = threading.Barrier(4), ["bad_keys", "clean_days", "sockets_key", "session_days"]

    def work(name: str) -> None:
        try:
            together.wait(10)
            change(**{name: 7, "rates": {["api", "order", "open", "keys"][wanted.index(name)]: (7, 7)}})
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[name]) for name in wanted]
    for step in (threading.Thread.start, threading.Thread.join):
        [step(thread) for thread in threads]
    assert [getattr(policy.current(), name) for name in wanted] == [7] * 4
    assert list(policy.current().rates.values()) == [(7, 7)] * 4


def test_a_rate_is_taken_back_and_the_others_stay():
    change(rates={"api": (5, 1), "order": (6, 1)})
    assert change(rates={"api": None}).rates == {"order": (6, 1)}
    assert change(rates={"order": None}).rates == {}


def store(text: str) -> None:
    """As another version, or a hand, left it; learned like any change."""
    propagation.catch_up()
    Sequence.objects.get_or_create(pk=1)
    number = propagation.current() + 1
    Sequence.objects.update(value=number)
    Policy.objects.update_or_create(pk=1, defaults={"values": text, "seq": number, "changed_by": "somebody"})
    propagation.catch_up()


def test_a_name_of_another_version_is_ignored_with_a_warning(caplog):
    store('{"bad_keys": 5, "of_tomorrow": 1}')
    assert policy.current().bad_keys == 5
    assert "of_tomorrow" in caplog.text


def test_a_name_of_another_version_outlives_a_change():
    store('{"of_tomorrow": 1}')
    change(bad_keys=5)
    assert json.loads(Policy.objects.get().values) == {"of_tomorrow": 1, "bad_keys": 5}


@pytest.mark.parametrize("text", ["", "nonsense", "[]", "null", '{"bad_keys": 0}', '{"bad_keys": NaN}', "[" * 100_000])
def test_an_unreadable_row_leaves_the_last_known_in_force_and_alarms(text):
    change(bad_keys=5)
    store(text)
    assert policy.current().bad_keys == 5
    assert alerts.standing().get().kind == "policy"


def test_what_can_be_read_of_a_row_holds_beside_what_cannot():
    store('{"bad_keys": 0, "path_day": 50}')
    assert (policy.current().bad_keys, policy.current().path_day) == (10, 50.0)


def test_points_that_an_older_version_took_become_the_most_that_can_be_reached():
    store('{"path_day": 100, "path_burst": 1000.0}')
    assert change(bad_keys=5) == policy.current()
    assert (policy.current().path_day, policy.current().path_burst) == (59.0, 59.0)
    assert not alerts.standing().exists()


@pytest.mark.parametrize("wrong", ["1001", "true", "-1", '"100"', "NaN", "Infinity", "1e999"])
def test_points_that_no_version_took_are_still_told_of(wrong):
    store(f'{{"path_day": {wrong}}}')
    assert policy.current().path_day == DEFAULTS.path_day
    assert alerts.standing().get().kind == "policy"


def test_a_change_mends_an_unreadable_row():
    store("nonsense")
    change(bad_keys=5)
    assert json.loads(Policy.objects.get().values) == {"bad_keys": 5}


def test_every_rule_may_have_a_rate_of_its_own():
    assert change(rates=dict.fromkeys(STANDARD, (10, 60))).rates == dict.fromkeys(STANDARD, (10, 60))
