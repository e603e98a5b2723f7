"""The market through the API: quotes, symbol, search."""

import pytest

from brokers.schemas.answers import MultiQuotesAnswer, QuotesAnswer, SearchAnswer, SymbolAnswer
from tests.program import refused

INFY = {"symbol": "INFY", "exchange": "NSE"}


def test_a_quote_stands_between_its_bounds(program):
    quote = program.asks(QuotesAnswer, "quotes", **INFY).data
    assert 0 < quote.low <= quote.ltp <= quote.high
    assert quote.bid <= quote.ltp <= quote.ask


def test_market_data_says_nothing_of_paper(program):
    assert set(program("quotes", **INFY).json()) == {"status", "data"}


@pytest.mark.parametrize(("call", "code"), [("quotes", 400), ("symbol", 404)])
@pytest.mark.parametrize("symbol", ["NOSUCH", "infy", "INFY ", "'; DROP TABLE", "ä" * 50])
def test_an_unknown_symbol_is_told_so(program, call, code, symbol):
    response = program(call, symbol=symbol, exchange="NSE")
    assert (response.status_code, "does not exist" in refused(response)["message"]) == (code, True)


@pytest.mark.parametrize(("symbol", "end"), [("infy", "NSE; symbols are upper case."), ("nosuch", "NSE.")])
def test_a_symbol_in_lower_case_is_told_the_rule_where_it_would_help(program, symbol, end):
    message = refused(program("quotes", symbol=symbol, exchange="NSE"))["message"]
    assert message == f"Symbol {symbol} does not exist on {end}"


def test_a_symbol_tells_its_lot_and_tick(program):
    row = program.asks(SymbolAnswer, "symbol", **INFY).data
    assert (row.symbol, row.exchange, row.lotsize, row.instrumenttype) == ("INFY", "NSE", 1, "EQ")


def test_a_search_finds_the_best_match_first(program):
    assert program.asks(SearchAnswer, "search", query="INFY").data[0].symbol == "INFY"


def test_a_search_may_name_its_exchange(program):
    assert {row.exchange for row in program.asks(SearchAnswer, "search", query="in", exchange="NSE").data} == {"NSE"}


@pytest.mark.parametrize("query", ["nosuchthing", "%", "_", "\\", "🙂"])
def test_nothing_found_is_a_success(program, query):
    answer = program.asks(SearchAnswer, "search", query=query)
    assert (answer.data, answer.message) == ([], "0 found")


def test_a_blank_query_is_refused(program):
    assert program("search", query="  ").status_code == 400


def test_many_quotes_come_in_the_order_asked(program, noon):
    asked = [{"symbol": name, "exchange": "NSE"} for name in ("TCS", "NOSUCH", "INFY")]
    tcs, nosuch, infy = program.asks(MultiQuotesAnswer, "multiquotes", symbols=asked).results
    assert (tcs.symbol, infy.data) == ("TCS", program.asks(QuotesAnswer, "quotes", **INFY).data)
    assert (nosuch.data, "does not exist" in nosuch.error) == (None, True)


def test_rows_have_a_quote_or_an_error_and_never_both(program):
    results = program("multiquotes", symbols=[INFY, INFY | {"symbol": "NOSUCH"}]).json()["results"]
    assert [set(row) for row in results] == [{"symbol", "exchange", "data"}, {"symbol", "exchange", "error"}]


def test_quotes_of_nothing_known_are_refused(program):
    response = program("multiquotes", symbols=[{"symbol": name, "exchange": "NSE"} for name in ("A1", "A2")])
    assert response.status_code == 400
    assert refused(response)["message"] == "Symbol A1 does not exist on NSE. Symbol A2 does not exist on NSE."


def test_a_refusal_of_many_symbols_stays_small(program):
    response = program("multiquotes", symbols=[INFY | {"symbol": "X" * 50}] * 400)
    assert (len(response.content) < 1000, refused(response)["message"].endswith("(and 395 more)")) == (True, True)


@pytest.mark.parametrize("symbols", [[], [INFY] * 501, INFY, ["INFY"], [INFY | {"mode": 1}]])
def test_a_malformed_list_of_symbols_is_refused(program, symbols):
    assert program("multiquotes", symbols=symbols).status_code == 400
