"""Instruments found by name."""

from datetime import UTC, date, datetime

import pytest
import time_machine

from brokers import symbols
from brokers.errors import UnknownInstrument
from brokers.types import Exchange, Instrument

MORNING = datetime(2026, 11, 25, 4, 0, tzinfo=UTC)


@pytest.fixture
def morning():
    with time_machine.travel(MORNING, tick=False) as traveller:
        yield traveller


@pytest.fixture
def master(morning) -> list[Instrument]:
    return symbols.everything()


@pytest.mark.parametrize("symbol", ["RELIANCE", "INFY", "TCS", "SBIN", "M&M", "BAJAJ-AUTO", "YESBANK"])
@pytest.mark.parametrize("exchange", [Exchange.NSE, Exchange.BSE])
def test_it_finds_a_share(symbol, exchange):
    assert symbols.find(symbol, exchange).symbol == symbol


@pytest.mark.parametrize("symbol", ["NIFTY", "BANKNIFTY", "FINNIFTY", "MIDCPNIFTY", "NIFTYNXT50", "INDIAVIX"])
def test_it_finds_an_index_of_nse(symbol):
    assert symbols.find(symbol, Exchange.NSE_INDEX).is_index


@pytest.mark.parametrize("symbol", ["SENSEX", "BANKEX", "SENSEX50"])
def test_it_finds_an_index_of_bse(symbol):
    assert symbols.find(symbol, Exchange.BSE_INDEX).is_index


@pytest.mark.parametrize(
    ("symbol", "exchange"),
    [
        ("NIFTY29DEC26FUT", "NFO"), ("RELIANCE29DEC26FUT", "NFO"), ("SENSEX31DEC26FUT", "BFO"), ("SENSEX5026NOV26FUT", "BFO"),
        ("NIFTYNXT5029DEC26FUT", "NFO"), ("USDINR29DEC26FUT", "CDS"), ("CRUDEOIL18DEC26FUT", "MCX"), ("GOLD04DEC26FUT", "MCX"),
    ],
)  # fmt: skip
def test_it_finds_a_future(morning, symbol, exchange):
    found = symbols.find(symbol, exchange)
    assert found.is_future
    assert found.symbol == symbol


def test_an_option_says_what_it_is(morning):
    found = symbols.find("NIFTY29DEC2624000CE", "NFO")
    assert (found.name, str(found.expiry), str(found.strike), found.instrumenttype) == ("NIFTY", "2026-12-29", "24000", "CE")
    assert (found.lotsize, found.freeze_qty, str(found.tick_size)) == (65, 1800, "0.05")


def test_more_than_150_are_listed_besides_options(master):
    assert sum(not each.is_option for each in master) > 150


def test_no_two_share_a_number_a_token_or_a_name(master):
    assert len({each.id for each in master}) == len(master)
    assert len({each.token for each in master}) == len(master)
    assert len({(each.exchange, each.symbol) for each in master}) == len(master)


def test_what_is_listed_is_found_by_its_name(master):
    assert [each for each in master if symbols.find(each.symbol, each.exchange) != each] == []


def test_numbers_last():
    assert symbols.find("INFY", "NSE").id == 1594
    with time_machine.travel(MORNING, tick=False):
        assert symbols.find("NIFTY29DEC2624000CE", "NFO").token == "3624480072001"


@pytest.mark.parametrize(
    ("symbol", "exchange"),
    [
        ("NOSUCH", "NSE"), ("INFY", "NFO"), ("infy", "NSE"), ("INFY", "NOSUCH"), ("", "NSE"), ("\0", "NFO"),
        ("NIFTY29DEC2624010CE", "NFO"), ("NIFTY30DEC2624000CE", "NFO"), ("NIFTY29DEC26024000CE", "NFO"),
        ("NIFTY99DEC26FUT", "NFO"),
        ("NIFTY29DEC26FUT", "BFO"), ("INDIAVIX29DEC26FUT", "NFO"), ("NIFTY29DEC2690000CE", "NFO"),
        ("RELIANCE29DEC261500CE", "NFO"),
        ("NIFTY01DEC26FUT", "NFO"), ("NIFTY30NOV27FUT", "NFO"), ("nifty29dec26fut", "NFO"), ("NIFTY29DEC26FUT\n", "NFO"),
    ],
)  # fmt: skip
def test_an_unknown_one_is_refused(morning, symbol, exchange):
    with pytest.raises(UnknownInstrument):
        symbols.find(symbol, exchange)


def test_a_contract_is_known_until_its_last_session_is_over():
    with time_machine.travel(datetime(2026, 12, 1, 21, 29, 59, tzinfo=UTC), tick=False) as traveller:
        assert symbols.find("NIFTY01DEC2624000CE", "NFO").expiry == date(2026, 12, 1)
        traveller.shift(1)
        with pytest.raises(UnknownInstrument, match="it has expired"):
            symbols.find("NIFTY01DEC2624000CE", "NFO")


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("itc", "ITC"), ("BAJ", "BAJAJ-AUTO"), ("infosys", "INFY"), ("state bank", "SBIN"), ("nifty", "NIFTY"),
        ("nifty fut", "NIFTY29DEC26FUT"), ("NIFTY 29DEC26 24000 pe", "NIFTY29DEC2624000PE"), ("crude", "CRUDEOIL18DEC26FUT"),
    ],
)  # fmt: skip
def test_the_best_match_comes_first(morning, query, first):
    assert symbols.search(query)[0].symbol == first


def test_search_keeps_to_the_exchange():
    assert [each.exchange for each in symbols.search("RELIANCE", exchange=Exchange.BSE)] == [Exchange.BSE]


def test_search_finds_no_more_than_500(morning):
    assert len(symbols.search("NIFTY")) == symbols.MOST


def test_a_blank_query_finds_nothing():
    assert symbols.search("  ") == []


def test_an_expiry_that_is_over_is_left_out():
    with time_machine.travel(datetime(2026, 12, 1, 14, 0, tzinfo=UTC), tick=False):
        assert symbols.expiries("NIFTY", Exchange.NFO, options=True)[0] == date(2026, 12, 8)


def test_expiries_are_those_of_the_contracts(master):
    options = {each.expiry for each in master if each.name == "SENSEX" and each.is_option}
    assert symbols.expiries("SENSEX", Exchange.BFO, options=True) == sorted(options)
    assert len(symbols.expiries("SENSEX", Exchange.BFO, options=False)) == 3


@pytest.mark.parametrize(("name", "exchange"), [("NOSUCH", Exchange.NFO), ("NIFTY", Exchange.BFO), ("RELIANCE", Exchange.NFO)])
def test_where_no_options_are_listed_there_are_no_expiries(name, exchange):
    assert symbols.expiries(name, exchange, options=True) == []
