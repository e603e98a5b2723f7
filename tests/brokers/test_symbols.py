"""Instruments found by name."""

import pytest

from brokers import symbols
from brokers.errors import UnknownInstrument
from brokers.paper.equities import LISTINGS
from brokers.types import Exchange


@pytest.mark.parametrize("symbol", ["RELIANCE", "INFY", "TCS", "SBIN", "M&M", "BAJAJ-AUTO"])
def test_it_finds_a_share(symbol):
    assert symbols.find(symbol, Exchange.NSE).symbol == symbol


def test_at_least_twenty_shares_are_listed():
    assert len(LISTINGS) >= 20


def test_no_two_share_a_number():
    assert len({listing.instrument.id for listing in LISTINGS.values()}) == len(LISTINGS)


@pytest.mark.parametrize(("symbol", "exchange"), [("NOSUCH", Exchange.NSE), ("INFY", Exchange.NFO), ("infy", Exchange.NSE)])
def test_an_unknown_one_is_refused(symbol, exchange):
    with pytest.raises(UnknownInstrument):
        symbols.find(symbol, exchange)


@pytest.mark.parametrize(
    ("query", "first"),
    [("itc", "ITC"), ("BAJ", "BAJAJ-AUTO"), ("infosys", "INFY"), ("state bank", "SBIN"), ("bank", "AXISBANK")],
)
def test_the_best_match_comes_first(query, first):
    assert symbols.search(query)[0].symbol == first


def test_search_keeps_to_the_exchange():
    assert symbols.search("INFY", exchange=Exchange.BSE) == []


def test_a_blank_query_finds_nothing():
    assert symbols.search("  ") == []
