"""How people write lengths of time, alike at every door, and what they may not write."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.durations import duration, seconds, spelled

DAY = 86_400


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("90", 90),
        ("90 s", 90),
        ("1.5h", 5400),
        ("15 min", 900),
        ("15m", 900),
        ("24 hours", DAY),
        ("7 D", 7 * DAY),
        ("2w", 14 * DAY),
        (" 1 day ", DAY),
    ],
)
def test_a_time_is_read(text, value):
    assert seconds(text) == value


@pytest.mark.parametrize("text", ["", "h", "1 week or so", "-5 s", "1e9", "٣ h", "nan", "inf", "9" * 20, "1..5 h", "5 ss"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(ValueError, match="such as"):
        seconds(text)


@given(st.integers(1, 10**9))
def test_a_time_is_written_so_that_it_reads_the_same(value):
    assert seconds(spelled(value)) == value


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("15m", timedelta(minutes=15)),
        ("90 min", timedelta(minutes=90)),
        ("1.5h", timedelta(minutes=90)),
        ("24 hours", timedelta(hours=24)),
        ("3D", timedelta(days=3)),
        ("2 w", timedelta(weeks=2)),
        ("Permanent", None),
    ],
)
def test_a_ban_is_given_its_length_in_the_same_words(text, length):
    assert duration(text) == length


@pytest.mark.parametrize("text", ["", "0h", "-1h", "1y", "30", "30 s", "99999w", "9" * 12 + "w", "١h", "for ever"])  # noqa: RUF001
def test_what_is_no_length_of_a_ban_is_refused(text):
    with pytest.raises(ValueError, match="no length of time"):
        duration(text)
