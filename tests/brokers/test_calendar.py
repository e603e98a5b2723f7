"""When the exchanges trade."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers import calendar, holidays
from brokers.calendar import HolidayType
from brokers.types import IST, Exchange

WEDNESDAY, SATURDAY = date(2026, 11, 25), date(2026, 11, 28)
GURU_NANAK, REPUBLIC, DIWALI, NEW_YEAR = date(2026, 11, 24), date(2026, 1, 26), date(2026, 11, 8), date(2026, 1, 1)
SHARES = {Exchange.NSE, Exchange.BSE, Exchange.NFO, Exchange.BFO}
GOODS = {Exchange.MCX, Exchange.NCO}


def windows(day: date) -> dict[str, str]:
    return {each.exchange.value: f"{each.start:%H:%M}-{each.end:%H:%M}" for each in calendar.sessions(day)}


def holiday(day: date) -> calendar.Holiday:
    return next(each for each in calendar.holidays(day.year) if each.day == day)


def test_on_a_weekday_each_exchange_keeps_its_hours():
    assert windows(WEDNESDAY) == {
        "NSE": "09:15-15:30", "BSE": "09:15-15:30", "NFO": "09:15-15:40", "BFO": "09:15-15:40", "CDS": "09:00-17:00",
        "BCD": "09:00-17:00", "MCX": "09:00-23:55", "NCO": "09:00-23:55", "CRYPTO": "00:00-00:00",
    }  # fmt: skip


def test_on_a_weekend_there_is_only_crypto_and_all_day():
    (window,) = calendar.sessions(SATURDAY)
    assert window.exchange is Exchange.CRYPTO
    assert window.end - window.start == timedelta(days=1)


def test_on_most_holidays_commodities_trade_in_the_evening():
    assert windows(GURU_NANAK) == {"MCX": "17:00-23:55", "NCO": "17:00-23:55", "CRYPTO": "00:00-00:00"}
    assert not set(holiday(GURU_NANAK).closed) & GOODS


def test_on_a_national_holiday_they_do_not():
    assert windows(REPUBLIC) == {"CRYPTO": "00:00-00:00"}
    assert holiday(REPUBLIC).type is HolidayType.TRADING


def test_at_diwali_there_is_an_hour_of_trading():
    assert windows(DIWALI)["NSE"] == "18:00-19:00"
    assert holiday(DIWALI).type is HolidayType.SPECIAL


def test_on_a_settlement_holiday_shares_trade():
    assert {each.exchange for each in calendar.sessions(date(2026, 2, 19))} >= SHARES
    assert holiday(date(2026, 2, 19)).type is HolidayType.SETTLEMENT


def test_on_new_years_day_commodities_close_early():
    assert calendar.close(Exchange.MCX, NEW_YEAR) == datetime(2026, 1, 1, 17, 0, tzinfo=IST)
    assert calendar.close(Exchange.NSE, NEW_YEAR) == datetime(2026, 1, 1, 15, 30, tzinfo=IST)


@pytest.mark.parametrize(
    ("exchange", "day", "open_"),
    [
        (Exchange.NSE, WEDNESDAY, True), (Exchange.NSE, SATURDAY, False), (Exchange.NSE, GURU_NANAK, False),
        (Exchange.MCX, GURU_NANAK, True), (Exchange.MCX, REPUBLIC, False), (Exchange.CDS, date(2026, 2, 19), False),
        (Exchange.NSE, DIWALI, False), (Exchange.NSE, date(2025, 10, 21), False), (Exchange.CRYPTO, SATURDAY, True),
    ],
)  # fmt: skip
def test_it_knows_the_trading_days(exchange, day, open_):
    assert calendar.is_trading_day(exchange, day) is open_


@pytest.mark.parametrize(
    ("exchange", "end"), [(Exchange.NFO, "15:40"), (Exchange.BSE, "15:30"), (Exchange.MCX, "23:55"), (Exchange.CDS, "17:00")]
)
@pytest.mark.parametrize("day", [WEDNESDAY, SATURDAY, REPUBLIC])
def test_a_close_is_by_the_ordinary_hours_also_when_nobody_trades(exchange, end, day):
    assert f"{calendar.close(exchange, day):%Y-%m-%d %H:%M}" == f"{day} {end}"


def test_an_index_closes_with_the_shares():
    assert calendar.close(Exchange.NSE_INDEX, WEDNESDAY) == calendar.close(Exchange.NSE, WEDNESDAY)


@given(st.integers(2020, 2050))
def test_every_year_has_its_national_holidays_in_order(year):
    days = [each.day for each in calendar.holidays(year)]
    assert days == sorted(set(days))
    for month, day in ((1, 26), (10, 2), (12, 25)):
        fixed = date(year, month, day)
        assert fixed in days or fixed.weekday() >= 5


@pytest.mark.parametrize(
    "friday", ["2020-04-10", "2021-04-02", "2022-04-15", "2023-04-07", "2027-03-26", "2028-04-14", "2038-04-23", "2049-04-16"]
)
def test_good_friday_is_computed(friday):
    day = date.fromisoformat(friday)
    assert any(day == each and why == "Good Friday" for each, _, why in holidays.of(day.year))


@given(st.dates(date(2020, 1, 1), date(2050, 12, 31)))
def test_every_window_is_of_that_day_and_each_exchange_has_one(day):
    found = calendar.sessions(day)
    assert len({each.exchange for each in found}) == len(found) > 0
    assert all(each.start.date() == day and each.start < each.end for each in found)


@given(st.dates(date(2020, 1, 1), date(2050, 12, 31)), st.sampled_from(list(calendar.HOURS)))
def test_an_exchange_with_an_ordinary_session_has_a_window(day, exchange):
    listed = exchange in {each.exchange for each in calendar.sessions(day)}
    assert listed or not calendar.is_trading_day(exchange, day)
