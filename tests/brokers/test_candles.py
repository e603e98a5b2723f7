"""Bars agree with the quotes and with each other."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers import quotes
from brokers.errors import BeyondBounds, UnknownInstrument
from brokers.paper import candles, market
from brokers.paper.listing import Listing
from brokers.types import IST, Candle, Exchange, Interval
from tests.brokers.contracts_at import DAY, anything, ending, start

INTRADAY = [each for each in Interval if each[-1] in "smh"]
PERIODS = [each for each in Interval if each not in INTRADAY]
WITHIN_THE_DAY = datetime(2026, 11, 25, 6, 30, 17, tzinfo=UTC)
DAYS = st.dates(date(2026, 9, 1), date(2027, 3, 1))
MIDNIGHT = 21 * 3600  # in India, in seconds of a session: at that instant no bar of the new date has begun
few = settings(deadline=None, max_examples=12)


def bars(
    listing: Listing, interval: str, *, start: date = DAY, end: date = DAY, now: datetime = WITHIN_THE_DAY
) -> list[Candle]:
    return candles.between(listing, Interval(interval), start=start, end=end, now=now)


def later(day: date) -> datetime:
    """When the session of a day is over."""
    return datetime(day.year, day.month, day.day, 3, tzinfo=IST) + timedelta(days=1)


def whole_session(listing, interval, day: date):
    """The bars from 03:00 to 03:00."""
    found = bars(listing, interval, start=day, end=day + timedelta(days=1), now=later(day) - timedelta(seconds=1))
    return [each for each in found if each.start >= later(day) - timedelta(days=1)]


@few
@given(listing=anything, day=DAYS, interval=st.sampled_from(["1m", "5m", "30m", "1h", "4h", "20m"]))
def test_a_days_bars_make_the_daily_one(listing, day, interval):
    (daily,) = bars(listing, "D", start=day, end=day, now=later(day))
    parts = whole_session(listing, interval, day)
    assert (parts[0].open, parts[-1].close) == (daily.open, daily.close)
    assert (min(each.low for each in parts), max(each.high for each in parts)) == (daily.low, daily.high)
    assert sum(each.volume for each in parts) == daily.volume


@few
@given(listing=ending)
def test_the_bars_of_a_contracts_last_day_make_the_daily_one(listing):
    day = listing.instrument.expiry
    (daily,) = bars(listing, "D", start=day, end=day, now=later(day))
    parts = whole_session(listing, "1m", day)
    assert (min(each.low for each in parts), max(each.high for each in parts)) == (daily.low, daily.high)
    assert (parts[0].open, parts[-1].close) == (daily.open, daily.close)


@few
@given(listing=anything, interval=st.sampled_from(INTRADAY[6:]), second=st.integers(60, 86_399).filter(MIDNIGHT.__ne__))
def test_the_running_bar_is_the_quote(listing, interval, second):
    now = datetime.fromtimestamp(start(listing) + second, UTC)
    running = bars(listing, interval, start=now.astimezone(IST).date(), end=now.astimezone(IST).date(), now=now)[-1]
    quote = market.quote_of(listing, at=now)
    assert (running.close, running.oi) == (quote.ltp, quote.oi)
    assert quote.low <= running.low <= running.close <= running.high <= quote.high


@few
@given(listing=anything, second=st.integers(0, 86_399))
def test_the_running_day_is_the_quote(listing, second):
    now = datetime.fromtimestamp(start(listing) + second, UTC)
    (running,) = bars(listing, "D", now=now)
    quote = market.quote_of(listing, at=now)
    assert (running.open, running.high, running.low, running.close) == (quote.open, quote.high, quote.low, quote.ltp)
    assert (running.volume, running.oi) == (quote.volume, quote.oi)


@few
@given(listing=anything, number=st.integers(0, 600))
def test_a_minutes_bar_is_that_of_its_sixty_seconds(listing, number):
    minute = bars(listing, "1m")[number]
    first, tick = int(minute.start.timestamp()), listing.instrument.tick_size
    prices = [market.price(listing, second) * tick for second in range(first, first + 60)]
    assert (minute.open, minute.high, minute.low, minute.close) == (prices[0], max(prices), min(prices), prices[-1])


@few
@given(listing=anything, second=st.integers(75_700, 86_000))
def test_a_seconds_bar_is_its_quote(listing, second):
    now = datetime.fromtimestamp(start(listing) + second, UTC)
    today = now.astimezone(IST).date()
    before, bar = candles.between(listing, Interval.S1, start=today, end=today, now=now)[-2:]
    quote = market.quote_of(listing, at=now)
    assert bar.open == bar.high == bar.low == bar.close == quote.ltp
    assert 0 <= bar.volume <= quote.volume
    assert before.start == bar.start - timedelta(seconds=1)


@few
@given(listing=anything, day=DAYS, interval=st.sampled_from(PERIODS[1:4]))
def test_a_periods_bar_is_that_of_its_days(listing, day, interval):
    now = later(day) - timedelta(seconds=1)
    (period,) = bars(listing, interval, start=day, end=day, now=now)
    days = bars(listing, "D", start=period.start.date(), end=day, now=now)
    assert (period.open, period.close, period.volume) == (days[0].open, days[-1].close, sum(each.volume for each in days))
    assert (period.low, period.high) == (min(each.low for each in days), max(each.high for each in days))


@pytest.mark.parametrize("interval", PERIODS)
def test_long_bars_are_stamped_midnight_utc(interval):
    for bar in quotes.candles("INFY", Exchange.NSE, interval=interval, start=date(2020, 1, 1), end=date(2021, 5, 5)):
        assert (bar.start.hour, bar.start.minute, bar.start.utcoffset()) == (0, 0, timedelta(0))


@pytest.mark.parametrize(
    ("interval", "first"),
    [
        ("D", date(2026, 11, 25)), ("W", date(2026, 11, 23)), ("M", date(2026, 11, 1)), ("Q", date(2026, 10, 1)),
        ("Y", date(2026, 1, 1)),
    ],
)  # fmt: skip
def test_a_period_is_stamped_with_its_first_day(interval, first):
    with time_machine.travel(WITHIN_THE_DAY, tick=False):
        (bar,) = quotes.candles("INFY", Exchange.NSE, interval=Interval(interval), start=DAY, end=DAY)
    assert bar.start.date() == first


@pytest.mark.parametrize("interval", INTRADAY)
def test_short_bars_stand_on_the_sessions_grid_and_on_the_dates_asked_for(interval):
    with time_machine.travel(WITHIN_THE_DAY, tick=False):
        found = quotes.candles("INFY", Exchange.NSE, interval=interval, start=DAY, end=DAY)
    gap = found[1].start - found[0].start
    assert all((bar.start - datetime(2026, 11, 25, 3, tzinfo=IST)) % gap == timedelta(0) for bar in found)
    assert {bar.start.astimezone(IST).date() for bar in found} == {DAY}
    assert found[-1].start <= WITHIN_THE_DAY < found[-1].start + gap


def test_there_is_a_daily_bar_for_each_date():
    with time_machine.travel(WITHIN_THE_DAY, tick=False):
        found = quotes.candles("NIFTY", Exchange.NSE_INDEX, interval=Interval.DAY, start=date(2026, 10, 1), end=DAY)
    assert [bar.start.date() for bar in found] == [date(2026, 10, 1) + timedelta(days=day) for day in range(56)]


@pytest.mark.parametrize("interval", Interval)
def test_of_the_future_and_of_an_empty_range_there_are_none(interval):
    with time_machine.travel(WITHIN_THE_DAY, tick=False):
        assert quotes.candles("INFY", Exchange.NSE, interval=interval, start=date(2028, 1, 1), end=date(2028, 1, 5)) == []
        assert quotes.candles("INFY", Exchange.NSE, interval=interval, start=DAY, end=DAY - timedelta(days=400)) == []


@pytest.mark.parametrize(("interval", "start"), [("1s", date(2026, 11, 1)), ("1m", date(2026, 1, 1)), ("D", date(1700, 1, 1))])
def test_more_than_a_hundred_thousand_are_refused(interval, start):
    with time_machine.travel(WITHIN_THE_DAY, tick=False), pytest.raises(BeyondBounds, match=r"at most 1,00,000 are given"):
        quotes.candles("INFY", Exchange.NSE, interval=Interval(interval), start=start, end=DAY)


@pytest.mark.parametrize("interval", Interval)
def test_the_end_may_lie_at_the_end_of_time(interval):
    with time_machine.travel(WITHIN_THE_DAY, tick=False):
        found = quotes.candles("INFY", Exchange.NSE, interval=interval, start=DAY, end=date.max)
    assert found[-1].close == quotes.quote("INFY", Exchange.NSE, at=WITHIN_THE_DAY).ltp


def test_an_unknown_symbol_has_no_candles():
    with pytest.raises(UnknownInstrument):
        quotes.candles("NOSUCH", Exchange.NSE, interval=Interval.DAY, start=DAY, end=DAY)
