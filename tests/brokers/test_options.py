"""Options by their distance from the money, and chains."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from brokers import options, quotes, symbols
from brokers.errors import NoSuchContract, UnknownInstrument
from brokers.types import Exchange

MORNING = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
EXPIRY = date(2026, 12, 29)
EXPIRED = datetime(2026, 12, 1, 14, 0, tzinfo=UTC)  # in the evening of a weekly expiry


@pytest.fixture(autouse=True)
def morning():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


def nearest(offset: str, right: str, **changes: Any) -> options.Found:
    asked: dict[str, Any] = {"underlying": "NIFTY", "exchange": Exchange.NSE_INDEX, "expiry": EXPIRY} | changes
    return options.nearest(asked.pop("underlying"), asked.pop("exchange"), offset=offset, right=right, **asked)


def strike(offset: str, right: str, **changes: Any) -> Decimal:
    return nearest(offset, right, **changes).instrument.strike


def chain(**changes: Any) -> options.Chain:
    asked: dict[str, Any] = {"underlying": "NIFTY", "exchange": Exchange.NSE_INDEX, "expiry": EXPIRY, "strikes": None} | changes
    return options.chain(asked.pop("underlying"), asked.pop("exchange"), **asked)


def test_after_an_expiry_the_next_one_is_the_nearest(morning):
    morning.move_to(EXPIRED)
    found = nearest("ATM", "CE", expiry=None).instrument.expiry, chain(expiry=None, strikes=1).expiry
    assert found == (date(2026, 12, 8), date(2026, 12, 8))


def test_an_expiry_that_is_over_can_be_named_until_its_session_ends(morning):
    morning.move_to(EXPIRED)
    assert nearest("ATM", "CE", expiry=EXPIRED.date()).instrument.expiry == EXPIRED.date()


def test_at_the_money_is_the_strike_nearest_to_the_underlying():
    found = nearest("ATM", "CE")
    assert found.underlying_ltp == quotes.quote("NIFTY", Exchange.NSE_INDEX).ltp
    assert abs(found.instrument.strike - found.underlying_ltp) <= 25


@pytest.mark.parametrize(
    ("offset", "right", "away"), [("ITM3", "CE", -150), ("OTM3", "CE", 150), ("ITM3", "PE", 150), ("OTM3", "PE", -150)]
)
def test_in_the_money_lie_lower_calls_and_higher_puts(offset, right, away):
    assert strike(offset, right) - strike("ATM", right) == away


@pytest.mark.parametrize("offset", ["ITM50", "OTM50"])
@pytest.mark.parametrize("right", ["CE", "PE"])
@pytest.mark.parametrize(
    ("name", "exchange"), [("NIFTY", "NSE_INDEX"), ("BANKNIFTY", "NSE_INDEX"), ("SENSEX", "BSE_INDEX"), ("MIDCPNIFTY", "NFO")]
)
def test_fifty_steps_away_there_is_one(offset, right, name, exchange):
    found = nearest(offset, right, underlying=name, exchange=Exchange(exchange), expiry=None)
    assert symbols.find(found.instrument.symbol, found.instrument.exchange) == found.instrument


def test_what_is_found_says_lot_and_expiry():
    found = nearest("ATM", "PE").instrument
    assert (found.exchange, found.expiry, found.lotsize, found.instrumenttype) == (Exchange.NFO, EXPIRY, 65, "PE")


def test_without_an_expiry_the_nearest_counts():
    assert nearest("ATM", "CE", expiry=None).instrument.expiry == date(2026, 12, 1)


def test_a_future_carries_its_expiry_and_its_own_price():
    found = nearest("ATM", "CE", underlying="NIFTY29DEC26FUT", exchange=Exchange.NFO, expiry=None)
    assert found.instrument.expiry == EXPIRY
    assert found.underlying_ltp == quotes.quote("NIFTY29DEC26FUT", Exchange.NFO).ltp


def test_a_wider_step_may_be_asked_for():
    assert strike("ATM", "CE", strike_step=500) % 500 == 0
    assert strike("OTM2", "CE", strike_step=500) - strike("ATM", "CE", strike_step=500) == 1000


@pytest.mark.parametrize(
    "changes",
    [
        {"expiry": date(2026, 12, 30)},
        {"expiry": date(2026, 11, 23)},
        {"strike_step": 30},
        {"strike_step": 10**9},
        {"underlying": "RELIANCE", "exchange": Exchange.NSE, "expiry": None},
        {"underlying": "RELIANCE", "exchange": Exchange.BSE},
        {"underlying": "RELIANCE29DEC26FUT"},
    ],
)
def test_where_there_is_none_it_is_said(changes):
    with pytest.raises(NoSuchContract):
        nearest("OTM1", "CE", **changes)


@pytest.mark.parametrize("offset", ["OTM51", "ITM0", "atm", "OTM", "", "ITM100"])
def test_an_offset_beyond_fifty_is_refused(offset):
    with pytest.raises(NoSuchContract, match="offset must be"):
        nearest(offset, "CE")


@pytest.mark.parametrize(
    ("name", "exchange"),
    [
        ("NOSUCH", Exchange.NSE_INDEX),
        ("CRUDEOIL", Exchange.MCX),
        ("NIFTY24NOV26FUT", Exchange.NFO),
        ("NIFTY", Exchange.BSE_INDEX),
    ],
)
def test_an_unknown_underlying_is_refused(name, exchange):
    with pytest.raises(UnknownInstrument):
        nearest("ATM", "CE", underlying=name, exchange=exchange)


def test_a_chain_has_so_many_strikes_on_either_side_of_the_money():
    rows = chain(strikes=5).rows
    assert [row.call.label for row in rows] == [*(f"ITM{n}" for n in range(5, 0, -1)), "ATM", *(f"OTM{n}" for n in range(1, 6))]
    assert [row.put.label for row in rows] == [*(f"OTM{n}" for n in range(5, 0, -1)), "ATM", *(f"ITM{n}" for n in range(1, 6))]


def test_a_whole_chain_has_every_listed_strike():
    options_of = [each for each in symbols.everything(Exchange.NFO) if each.name == "NIFTY" and each.is_option]
    listed = {each.strike for each in options_of if each.expiry == EXPIRY}
    strikes = [row.strike for row in chain().rows]
    assert strikes == sorted(listed)
    assert len(strikes) > 100


def test_each_leg_is_the_quote_and_the_depth_of_its_option():
    for row in chain(strikes=2).rows:
        book = quotes.depth(row.put.instrument.symbol, Exchange.NFO, at=MORNING)
        assert row.put.quote == book.quote
        assert (row.put.bid_quantity, row.put.ask_quantity) == (book.bids[0].quantity, book.asks[0].quantity)


def test_a_chain_knows_its_underlying_and_its_expiry():
    found = chain(strikes=1)
    assert found.underlying_ltp == quotes.quote("NIFTY", Exchange.NSE_INDEX).ltp
    assert found.forward == quotes.quote("NIFTY29DEC26FUT", Exchange.NFO).ltp
    assert found.expires == datetime(2026, 12, 29, 10, 10, tzinfo=UTC)
    assert (found.at, found.atm_strike) == (MORNING, found.rows[1].strike)


def test_calls_grow_cheaper_and_puts_dearer_with_the_strike():
    rows = chain().rows
    calls, puts = [row.call.quote.ltp for row in rows], [row.put.quote.ltp for row in rows]
    assert calls == sorted(calls, reverse=True)
    assert puts == sorted(puts)


def test_a_weekly_expiry_has_a_forward_although_no_future_is_listed():
    found = chain(expiry=date(2026, 12, 8), strikes=1)
    assert found.underlying_ltp < found.forward < chain(strikes=1).forward
