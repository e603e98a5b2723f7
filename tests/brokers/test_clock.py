"""The paper exchange's clock and its sessions."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ImproperlyConfigured

from brokers.paper import clock


@pytest.mark.parametrize(
    ("text", "shift"),
    [
        ("", timedelta(0)),
        ("PT5H30M", timedelta(hours=5, minutes=30)),
        ("-P1D", timedelta(days=-1)),
        ("+P1W", timedelta(weeks=1)),
        ("P1DT2H3M4S", timedelta(days=1, hours=2, minutes=3, seconds=4)),
    ],
)
def test_it_reads_a_duration(text, shift):
    assert clock.shift(text) == shift


@pytest.mark.parametrize("text", ["P", "PT", "1D", "P1Y", "5:30", "PT5H30", "P1DT", "--P1D", "P99999D", "P1D "])
def test_it_refuses_what_is_none(text):
    with pytest.raises(ImproperlyConfigured, match="PAPER_CLOCK must be"):
        clock.shift(text)


def test_the_setting_moves_the_clock(settings):
    settings.PAPER_CLOCK = "-P1D"
    with time_machine.travel(datetime(2026, 11, 23, tzinfo=UTC), tick=False):
        assert clock.now() == datetime(2026, 11, 22, tzinfo=UTC)


def test_a_session_begins_at_three_in_india():
    begin = datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
    assert clock.session(begin) == date(2026, 11, 23)
    assert clock.session(begin - timedelta(seconds=1)) == date(2026, 11, 22)


def test_a_session_knows_its_start():
    assert clock.session_start(date(2026, 11, 23)) == datetime(2026, 11, 22, 21, 30, tzinfo=UTC)
