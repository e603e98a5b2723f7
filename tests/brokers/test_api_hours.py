"""When the exchanges trade, through the API: in milliseconds, by India's days."""

from datetime import UTC, datetime

import pytest

from brokers.schemas.answers import HolidaysAnswer, TimingsAnswer
from tests.program import refused


def windows(program, day: str) -> dict[str, tuple[int, int]]:
    return {
        row.exchange: (row.start_time, row.end_time) for row in program.asks(TimingsAnswer, "market/timings", date=day).data
    }


def milliseconds(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


def test_a_weekday_has_the_ordinary_hours(program):
    hours = windows(program, "2026-11-23")
    assert hours["NSE"] == (milliseconds(2026, 11, 23, 3, 45), milliseconds(2026, 11, 23, 10, 0))
    assert hours["NFO"][1] == milliseconds(2026, 11, 23, 10, 10)


def test_a_weekend_is_for_crypto_alone(program):
    assert set(windows(program, "2026-11-21")) == {"CRYPTO"}


def test_a_holiday_closes_the_shares(program):
    assert "NSE" not in windows(program, "2026-12-25")


def test_the_holidays_are_this_years_when_none_is_named(program, noon):
    answer = program.asks(HolidaysAnswer, "market/holidays")
    assert (answer.year, answer.timezone) == (2026, "Asia/Kolkata")
    assert [row.date for row in answer.data] == sorted(row.date for row in answer.data)


def test_christmas_is_a_trading_holiday(program):
    (christmas,) = [
        row for row in program.asks(HolidaysAnswer, "market/holidays", year="2026").data if row.date == "2026-12-25"
    ]
    assert (christmas.holiday_type, "NSE" in christmas.closed_exchanges) == ("TRADING_HOLIDAY", True)


@pytest.mark.parametrize("year", [2020, 2034, 2050])
def test_every_year_of_the_contract_is_answered(program, year):
    assert program.asks(HolidaysAnswer, "market/holidays", year=year).year == year


def test_timings_need_their_date(program):
    response = program("market/timings")
    assert (response.status_code, refused(response)["errors"].keys()) == (400, {"date"})
