"""How people write what a threshold may be, and what they may not write."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.kinds import Ladder, Number, PerTime, Span, Whole

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "value"),
    [("60/min", (60, 60)), ("10/s", (10, 1)), ("10 a second", (10, 1)), ("5/30 s", (5, 30)), ("100 per hour", (100, 3600)),
     ("3 / 2 h", (3, 7200)), ("30 a minute", (30, 60)), ("1/d", (1, DAY))],
)  # fmt: skip
def test_a_rate_is_read(text, value):
    assert PerTime().read(text) == value


@pytest.mark.parametrize("text", ["", "60", "/min", "0/s", "60/0 s", "60/2 d", "1.5/s", "60/month", "9999999/s", "60//s"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError, match="such as 60/min"):
        PerTime().read(text)


@given(st.integers(1, 10**6), st.integers(1, DAY))
def test_a_rate_is_written_so_that_it_reads_the_same(many, period):
    assert PerTime().read(PerTime().text((many, period))) == (many, period)


def test_a_ladder_is_read_and_written():
    ladder = Ladder(Span(60, 400 * DAY), most=10)
    assert ladder.read("24h, 48 h,7 d") == (DAY, 2 * DAY, 7 * DAY)
    assert ladder.text((float(DAY), 2.0 * DAY)) == "1 d, 2 d"


def test_no_end_is_spelled_out_and_nowhere_else():
    assert Span(1, DAY, forever=True).read("Permanent") == "permanent"
    with pytest.raises(ValueError, match="A time from 1 s to 1 d"):
        Span(1, DAY).read("permanent")


@pytest.mark.parametrize(("kind", "text"), [(Whole(1, 9), "5.0"), (Whole(1, 9), "9" * 5000), (Number(1, 9), "nan")])
def test_what_is_no_number_is_refused(kind, text):
    with pytest.raises(ValueError, match="number from 1 to 9"):
        kind.read(text)
