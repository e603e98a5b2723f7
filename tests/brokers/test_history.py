"""The bounds of one answer's candles."""

from datetime import date, timedelta

import pytest

from brokers import history
from brokers.errors import BeyondBounds
from brokers.types import Exchange, Interval

END = date(2026, 11, 23)


def problem(interval: str, apart: int) -> str:
    return history.out_of_bounds(Interval(interval), start=END - timedelta(days=apart), end=END)


@pytest.mark.parametrize(
    ("interval", "days"), [("1m", 30), ("4h", 30), ("30s", 30), ("5s", 4), ("1s", 0), ("D", 3653), ("W", 3653), ("Y", 3653)]
)
def test_a_range_may_be_as_long_as_its_bound_and_no_longer(interval, days):
    assert problem(interval, days) == ""
    assert "covers at most" in problem(interval, days + 1)


def test_the_sentence_names_the_bound():
    assert problem("1m", 31) == "At 1m, history covers at most 30 days at a time."
    assert problem("1s", 1) == "At 1s, history covers at most 1 day at a time."


def test_a_start_after_the_end_is_refused(noon):
    with pytest.raises(BeyondBounds, match="start_date is after end_date"):
        history.candles("INFY", Exchange.NSE, interval=Interval.DAY, start=END, end=END - timedelta(days=1))


@pytest.mark.parametrize("interval", [each for each in Interval if each.endswith(("s", "m", "h"))])
def test_no_answer_has_more_than_ninety_thousand_candles(interval):
    seconds = int(interval[:-1]) * {"s": 1, "m": 60, "h": 3600}[interval[-1]]
    longest = max(apart for apart in range(60) if not problem(interval, apart))
    assert (longest + 1) * 86_400 / seconds <= 90_000
