"""Histograms: mergeable, and true to what they promise."""

import random
from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security import latency


@given(st.floats(min_value=latency.LEAST, max_value=1e7))
def test_a_bucket_stands_for_what_is_in_it_within_nine_percent(ms):
    assert latency.middle(latency.bucket(ms)) == pytest.approx(ms, rel=0.0906)


@given(st.floats(max_value=latency.LEAST))
def test_nothing_is_below_the_first_bucket(ms):
    assert latency.bucket(ms) == 0


def counted(values: Iterable[float]) -> list[int]:
    counts: list[int] = []
    for each in values:
        latency.count(counts, each)
    return counts


def test_nothing_counted_has_no_percentile():
    assert latency.percentile([], 0.5) is None


@pytest.mark.parametrize("share", [0.5, 0.95, 0.99])
def test_percentiles_are_those_of_the_values(share):
    values = sorted(random.Random(4).lognormvariate(2, 1) for _ in range(10_000))  # noqa: S311 - no secret
    assert latency.percentile(counted(values), share) == pytest.approx(values[int(share * len(values)) - 1], rel=0.1)


def test_the_sum_of_histograms_is_the_histogram_of_all():
    assert latency.added([counted([1, 2, 3]), counted([3, 400]), []]) == counted([1, 2, 3, 3, 400])
