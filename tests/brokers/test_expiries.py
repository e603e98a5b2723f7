"""Which contracts are listed on which day."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from brokers import calendar
from brokers.paper import contracts, expiries, path
from brokers.paper.underlyings import BY_NAME, UNDERLYINGS
from brokers.types import Exchange

NIFTY, SENSEX = BY_NAME[Exchange.NFO, "NIFTY"], BY_NAME[Exchange.BFO, "SENSEX"]
days = st.dates(date(2025, 1, 1), date(2030, 12, 31))
with_options = st.sampled_from([each for each in UNDERLYINGS if each.step])


def test_weekly_ones_expire_on_tuesdays_and_the_monthly_one_on_the_last():
    assert expiries.options(NIFTY, date(2026, 11, 25)) == [
        date(2026, 12, 1), date(2026, 12, 8), date(2026, 12, 15), date(2026, 12, 22), date(2026, 12, 29),
        date(2027, 1, 25), date(2027, 2, 23),
    ]  # fmt: skip


def test_on_a_holiday_they_expire_the_day_before():
    assert expiries.futures(NIFTY, date(2026, 11, 23))[0] == date(2026, 11, 23)  # the last Tuesday is Guru Nanak Jayanti


def test_over_a_holiday_a_contract_is_never_listed_twice():
    assert expiries.options(NIFTY, date(2026, 11, 24))[0] == date(2026, 12, 1)


@pytest.mark.parametrize(
    ("name", "exchange", "first"),
    [
        ("SENSEX", Exchange.BFO, date(2026, 11, 26)), ("BANKEX", Exchange.BFO, date(2026, 11, 26)),
        ("USDINR", Exchange.CDS, date(2026, 11, 26)), ("CRUDEOIL", Exchange.MCX, date(2026, 12, 18)),
        ("GOLD", Exchange.MCX, date(2026, 12, 4)), ("RELIANCE", Exchange.NFO, date(2026, 12, 29)),
    ],
)  # fmt: skip
def test_the_nearest_future_expires_by_its_exchanges_rule(name, exchange, first):
    assert expiries.futures(BY_NAME[exchange, name], date(2026, 11, 25))[0] == first


@given(underlying=st.sampled_from(UNDERLYINGS), day=days)
def test_three_futures_are_listed_and_none_has_expired(underlying, day):
    listed = expiries.futures(underlying, day)
    assert len(listed) == len(set(listed)) == 3
    assert day <= listed[0]
    assert all(calendar.is_trading_day(underlying.exchange, expiry) for expiry in listed)


@given(underlying=with_options, day=days)
def test_what_is_listed_stays_listed_until_it_expires(underlying, day):
    before, after = expiries.options(underlying, day), expiries.options(underlying, day + timedelta(days=1))
    assert {expiry for expiry in before if expiry > day} <= set(after)
    assert all(expiries.is_any(underlying, expiry) for expiry in before)


@settings(deadline=None, max_examples=40)
@given(underlying=with_options, day=days, second=st.integers(0, path.DAY - 1), which=st.integers(0, 2))
def test_fifty_strikes_stand_on_either_side_of_any_price(underlying, day, second, which):
    expiry = expiries.options(underlying, day)[which]
    start = path.session_of(underlying.course, (day - date(1970, 1, 1)).days).start
    price = path.price(underlying.course, start + second) * underlying.tick
    strikes = contracts.ladder(underlying, expiry, day)
    assert sum(strike < price - underlying.step / 2 for strike in strikes) >= 50
    assert sum(strike > price + underlying.step / 2 for strike in strikes) >= 50


@settings(deadline=None, max_examples=20)
@given(underlying=with_options, day=days)
def test_a_strike_once_listed_stays(underlying, day):
    for expiry in expiries.options(underlying, day):
        before, after = (contracts.ladder(underlying, expiry, each) for each in (day, day + timedelta(days=1)))
        assert set(before) <= set(after)
        assert all(strike % underlying.step == Decimal(0) for strike in before)
