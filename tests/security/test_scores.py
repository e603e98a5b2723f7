"""The two buckets and the count of keys are what a simulation second by second finds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.policy import DEFAULTS
from security.scores import DAY, Scenario, Try, level, points, score

NOW = 1_000_000.0
EVENTS = st.lists(st.tuples(st.integers(0, 400), st.sampled_from([0, 1, 2, 5])), max_size=64)


def tries(*events: tuple[float, int], scenario: Scenario = Scenario.PATHS) -> list[Try]:
    return [Try(number.to_bytes(16), at, weight, scenario) for number, (at, weight) in enumerate(events)]


def simulated(events: list[tuple[int, int]], leak: int) -> float:
    """Second by second, a point's share leaking out of the bucket."""
    held = 0.0
    for second in range(max(at for at, _ in events) + 1):
        held = max(0.0, held - 1 / leak) + sum(weight for at, weight in events if at == second)
    return held


@given(EVENTS.filter(bool), st.integers(1, 30))
def test_the_fast_bucket_holds_what_a_simulation_holds(events, leak):
    assert level(events, leak=leak) == pytest.approx(simulated(events, leak))


@given(EVENTS, st.randoms())
def test_the_order_in_which_tries_are_learned_makes_no_difference(events, random):
    shuffled = list(events)
    random.shuffle(shuffled)
    assert level(shuffled, leak=10) == level(events, leak=10)


@given(EVENTS)
def test_neither_bucket_holds_more_than_was_put_in(events):
    assert 0 <= level(events, leak=10) <= points(events) or not events


@given(st.lists(st.tuples(st.floats(NOW - 2 * DAY, NOW), st.sampled_from([1, 2, 5])), max_size=64))
def test_the_slow_bucket_holds_the_points_of_a_day(events):
    expected = sum(weight for at, weight in events if at > NOW - DAY)
    assert score(tries(*events), now=NOW, policy=DEFAULTS).day == expected


@given(EVENTS, st.integers(0, 5), st.integers(0, 5))
def test_more_offences_never_ban_later(events, offences, more):
    found = [score(tries(*events), now=400, policy=DEFAULTS, offences=each) for each in (offences, offences + more)]
    assert set(found[0].due) <= set(found[1].due)


def test_a_burst_of_ten_points_is_enough():
    assert not score(tries(*[(NOW, 1)] * 9), now=NOW, policy=DEFAULTS).due
    assert score(tries(*[(NOW, 1)] * 10), now=NOW, policy=DEFAULTS).due == (Scenario.PATHS,)


def test_what_leaks_between_tries_at_once_spares_nobody():
    assert score(tries((NOW - 2, 5), (NOW, 5)), now=NOW, policy=DEFAULTS).due == (Scenario.PATHS,)


def test_a_point_a_minute_is_enough_after_twenty():
    slowly = [(NOW - 60 * number, 1) for number in range(20)]
    found = score(tries(*slowly), now=NOW, policy=DEFAULTS)
    assert (found.burst, found.day, found.due) == (1.0, 20, (Scenario.PATHS,))
    assert not score(tries(*slowly[1:]), now=NOW, policy=DEFAULTS).due


def test_the_policy_and_past_offences_set_the_thresholds():
    found = score([], now=NOW, policy=replace(DEFAULTS, bad_keys=7, path_burst=9.0, path_day=30.0), offences=2)
    assert (found.keys_limit, found.burst_limit, found.day_limit) == (2, 3, 8)


def test_keys_and_paths_are_counted_apart():
    found = score([*tries(*[(NOW, 1)] * 10, scenario=Scenario.KEYS), *tries((NOW, 5))], now=NOW, policy=DEFAULTS)
    assert (found.keys, found.day, found.due) == (10, 5, (Scenario.KEYS,))


@pytest.mark.parametrize("scenario", [Scenario.SPOOF, Scenario.ADMIN, Scenario.LINK])
def test_what_may_be_an_accident_never_bans_alone(scenario):
    lowest = replace(DEFAULTS, path_burst=1.0, path_day=1.0)
    assert not score(tries((NOW, 5), scenario=scenario), now=NOW, policy=lowest, offences=3).due


def test_a_forged_header_fills_the_slow_bucket_only():
    found = score(tries((NOW, 1), scenario=Scenario.SPOOF), now=NOW, policy=DEFAULTS)
    assert (found.burst, found.day) == (0.0, 1)


def test_a_former_admin_that_is_looked_for_again_and_again_bans():
    assert score(tries((NOW, 5), (NOW, 5), scenario=Scenario.ADMIN), now=NOW, policy=DEFAULTS).due == (Scenario.PATHS,)


def test_the_share_says_how_near_a_subject_is():
    assert score(tries((NOW, 5), (NOW - 3600, 5)), now=NOW, policy=DEFAULTS).share == 0.5
