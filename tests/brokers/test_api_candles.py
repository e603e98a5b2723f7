"""Candles and the order book through the API: epoch seconds, India's days, five levels a side."""

from datetime import UTC, date, datetime
from itertools import pairwise

import pytest

from brokers import history
from brokers.api.candles import drawing
from brokers.schemas.answers import DepthAnswer, HistoryAnswer, IntervalsAnswer, QuotesAnswer
from brokers.schemas.answers.market import CandleRow
from brokers.types import Interval
from tests.program import Program, refused

INFY = {"symbol": "INFY", "exchange": "NSE"}
SPAN = INFY | {"interval": "5m", "start_date": "2026-11-20", "end_date": "2026-11-23"}


def candles(program: Program, **changes: str) -> list[CandleRow]:
    return program.asks(HistoryAnswer, "history", **SPAN | changes).data


def test_the_last_candle_ends_at_the_quote(program, noon):
    *_, last = candles(program)
    assert last.close == program.asks(QuotesAnswer, "quotes", **INFY).data.ltp


def test_timestamps_are_epoch_seconds_in_order(program, noon):
    stamps = [each["timestamp"] for each in program("history", **SPAN).json()["data"]]
    assert all(type(stamp) is int for stamp in stamps)
    assert [later - earlier for earlier, later in pairwise(stamps)] == [300] * (len(stamps) - 1)


@pytest.mark.parametrize("interval", ["D", "W", "M"])
def test_days_and_longer_are_stamped_at_midnight_utc(program, noon, interval):
    stamps = [datetime.fromtimestamp(each.timestamp, tz=UTC) for each in candles(program, interval=interval)]
    assert {stamp.time().isoformat() for stamp in stamps} == {"00:00:00"}


def test_days_are_trading_dates(program, noon):
    days = [datetime.fromtimestamp(each.timestamp, tz=UTC).date().isoformat() for each in candles(program, interval="D")]
    assert (days[0], days[-1]) == ("2026-11-20", "2026-11-23")


def test_the_sources_are_the_same(program, noon):
    assert candles(program, source="db") == candles(program, source="api") != []


def test_a_range_of_the_future_is_empty(program, noon):
    assert candles(program, start_date="2026-11-25", end_date="2026-11-26") == []


@pytest.mark.parametrize(
    "change",
    [
        {"start_date": "2026-11-24"}, {"start_date": "2026-10-01"}, {"interval": "1s"}, {"symbol": "NOSUCH"},
        {"interval": "D", "start_date": "2015-11-23"}, {"interval": "7m"},
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_refused_with_a_sentence(program, noon, change):
    response = program("history", **SPAN | change)
    assert (response.status_code, refused(response)["message"].endswith(".")) == (400, True)


def test_intervals_are_listed_by_their_unit(program):
    data = program.asks(IntervalsAnswer, "intervals").data
    assert (data.minutes, data.days, data.weeks, data.months) == (
        ["1m", "2m", "3m", "5m", "10m", "15m", "20m", "30m"], ["D"], ["W"], ["M"],
    )  # fmt: skip


@pytest.mark.parametrize("interval", list(Interval))
def test_every_interval_is_served(program, noon, interval):
    assert candles(program, interval=interval, start_date="2026-11-23")


def test_the_book_agrees_with_the_quote(program, noon):
    book, quote = program.asks(DepthAnswer, "depth", **INFY).data, program.asks(QuotesAnswer, "quotes", **INFY).data
    assert (book.ltp, book.bids[0].price, book.asks[0].price) == (quote.ltp, quote.bid, quote.ask)
    assert [level.price for level in book.bids] == sorted((level.price for level in book.bids), reverse=True)


def test_an_index_has_no_orders_and_still_five_levels(program, noon):
    book = program.asks(DepthAnswer, "depth", symbol="NIFTY", exchange="NSE_INDEX").data
    assert (len(book.bids), len(book.asks), book.ltp > 0) == (5, 5, True)


def test_an_unknown_symbol_has_no_book(program):
    assert program("depth", **INFY | {"symbol": "NOSUCH"}).status_code == 400


LONG = SPAN | {"interval": "1m", "start_date": "2026-10-24"}


def test_a_user_draws_one_long_history_at_a_time(program, owner, noon):
    with drawing(owner.pk, large=True):
        response = program("history", **LONG)
        assert len(candles(program)) > 0
    assert (response.status_code, response["Retry-After"]) == (429, "5")
    assert "long history" in refused(response)["message"]


def test_other_users_do_not_wait_for_a_long_history(owner):
    with drawing(owner.pk, large=True), drawing(owner.pk + 1, large=True), drawing(owner.pk, large=False):
        pass


@pytest.mark.parametrize(
    ("interval", "start", "large"), [("1m", "2026-11-15", True), ("1m", "2026-11-20", False), ("D", "2017-01-01", True)]
)
def test_a_history_is_long_by_its_candles(interval, start, large):
    days = {"start": date.fromisoformat(start), "end": date(2026, 11, 23)}
    assert history.is_large(Interval(interval), **days) is large
