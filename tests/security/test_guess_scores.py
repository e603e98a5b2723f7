"""The score of guesses, for any history: bounded, never negative, falling with time."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from security import guesses
from security.guesses import WEIGHTS
from security.models import Guess
from security.policy import DEFAULTS

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.sampled_from(sorted(WEIGHTS.values()))), max_size=40))
def test_a_score_is_never_negative_and_never_above_the_limit(steps):
    row, now = Guess(score=0.0, at=NOW), NOW
    for pause, weight in steps:
        now += timedelta(seconds=pause)
        row.score, row.at = guesses.charged(guesses.decayed(row, now, DEFAULTS), weight, DEFAULTS), now
        assert 0 <= row.score <= DEFAULTS.guess_limit


@given(st.floats(0, 10), st.floats(-1e6, 1e8), st.floats(0, 1e6))
def test_a_score_only_falls_with_time(score, before, more):
    row = Guess(score=score, at=NOW)
    first, second = (guesses.decayed(row, NOW + timedelta(seconds=seconds), DEFAULTS) for seconds in (before, before + more))
    assert 0 <= second <= first <= score


@given(st.floats(0, 10), st.floats(0, 10), st.integers(1, 100))
def test_a_higher_score_never_waits_less(one, other, free):
    low, high = (guesses.wait(score, free=free, limits=DEFAULTS) for score in sorted((one, other)))
    assert 0 <= low <= high <= DEFAULTS.guess_delay
