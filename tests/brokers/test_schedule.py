"""When the exchange acts by itself, without a database."""

from datetime import datetime, timedelta

import pytest

from brokers.paper import schedule
from brokers.paper.schedule import Cause, End
from brokers.types import IST, Exchange, Product

SECOND = timedelta(seconds=1)


def india(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=IST)


TODAY, TOMORROW = india(23, 12), india(24, 9)


@pytest.mark.parametrize(
    ("exchanges", "hour", "minute"),
    [
        (("NSE", "BSE", "NFO", "BFO"), 15, 15),
        (("CDS", "BCD"), 16, 45),
        (("MCX",), 23, 30),
        (("NCDEX",), 17, 0),
    ],
)
def test_each_exchange_has_its_square_off(exchanges, hour, minute):
    found = {schedule.square_off(Exchange(each), after=india(23, 12)) for each in exchanges}
    assert found == {india(23, hour, minute)}


def test_from_the_square_off_on_the_next_is_tomorrows():
    assert schedule.square_off(Exchange.NSE, after=india(23, 15, 15)) == india(24, 15, 15)


def test_it_takes_place_on_a_sunday_too():
    assert schedule.square_off(Exchange.NSE, after=india(22, 9)) == india(22, 15, 15)


@pytest.mark.parametrize(
    ("at", "open_"),
    [
        (india(23, 9), True),
        (india(23, 15, 15) - SECOND, True),
        (india(23, 15, 15), False),
        (india(24, 0), False),
        (india(24, 9) - SECOND, False),
    ],
)
def test_intraday_trading_has_its_hours(at, open_):
    assert schedule.takes_intraday(Exchange.NSE, at=at) is open_


def test_an_order_ends_with_whatever_comes_first():
    expires = india(24, 12)
    ends = [schedule.end_of_order(Product.MIS, Exchange.NFO, expires=expires, after=after) for after in (TODAY, TOMORROW)]
    assert ends == [End(at=india(23, 15, 15), cause=Cause.SQUARE_OFF), End(at=expires, cause=Cause.EXPIRY)]


@pytest.mark.parametrize("product", [Product.CNC, Product.NRML])
def test_an_order_for_delivery_or_overnight_rests_for_ever(product):
    assert schedule.end_of_order(product, Exchange.NSE, expires=None, after=india(23, 12)) is None


@pytest.mark.parametrize(("hour", "day"), [(2, 23), (3, 24), (12, 24)])
def test_a_delivery_position_becomes_a_holding_as_the_next_session_begins(hour, day):
    end = schedule.end_of_position(Product.CNC, Exchange.NSE, expires=None, after=india(23, hour))
    assert end == End(at=india(day, 3), cause=Cause.DELIVERY)


def test_an_overnight_position_lives_until_its_contract_expires():
    end = schedule.end_of_position(Product.NRML, Exchange.NFO, expires=india(30, 15, 30), after=india(23, 12))
    assert end == End(at=india(30, 15, 30), cause=Cause.EXPIRY)
