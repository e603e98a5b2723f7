"""Holdings and margins through the API: served from paper, in numbers or their text."""

from datetime import date
from decimal import Decimal

import pytest

from brokers.schemas.answers import FundsAnswer, HoldingsAnswer, MarginAnswer
from brokers.types import Exchange, Holding, Mode
from tests.brokers.test_api_orders import ORDER
from tests.program import refused

POSITION = {
    "symbol": "INFY", "exchange": "NSE", "action": "BUY", "product": "CNC", "pricetype": "LIMIT", "quantity": "2",
    "price": "900.5", "trigger_price": "0",
}  # fmt: skip
HELD = Holding(
    symbol="INFY",
    exchange=Exchange.NSE,
    quantity=10,
    average_price=Decimal(1400),
    ltp=Decimal("1512.4"),
    settled=date(2026, 11, 20),
)


def test_a_margin_honours_paper(program):
    answer = program.asks(MarginAnswer, "margin", positions=[POSITION])
    assert (answer.data.total_margin_required, answer.mode) == (1801, Mode.ANALYZE)


def test_a_margin_is_of_all_positions_together(program):
    numbers = POSITION | {"quantity": 1, "price": 900.5, "trigger_price": 0}
    data = program.asks(MarginAnswer, "margin", positions=[POSITION, numbers]).data
    assert data.total_margin_required == data.span_margin + data.exposure_margin == 2701.5


def test_asking_for_a_margin_keeps_nothing(program):
    program("margin", positions=[POSITION])
    assert program.asks(FundsAnswer, "funds").data.utiliseddebits == 0


@pytest.mark.parametrize(
    ("positions", "field"),
    [
        ([], "positions"), ([POSITION] * 51, "positions"), ("INFY", "positions"),
        ([POSITION | {"quantity": 0}], "positions.0.quantity"), ([{"symbol": "INFY"}], "positions.0.exchange"),
    ],
)  # fmt: skip
def test_malformed_positions_are_named(program, positions, field):
    response = program("margin", positions=positions)
    assert (response.status_code, field in refused(response)["errors"]) == (400, True)


def test_an_unknown_symbol_has_no_margin(program):
    response = program("margin", positions=[POSITION, POSITION | {"symbol": "NOSUCH"}])
    assert (response.status_code, "NOSUCH" in refused(response)["message"]) == (400, True)


def test_holdings_begin_empty(program):
    data = program.asks(HoldingsAnswer, "holdings").data
    assert (data.holdings, data.statistics.totalholdingvalue, data.statistics.totalpnlpercentage) == ([], 0, 0)


def test_holdings_add_up(program, monkeypatch):
    monkeypatch.setattr("brokers.portfolio.holdings", lambda user_id: [HELD, HELD])
    data = program.asks(HoldingsAnswer, "holdings").data
    assert [(row.quantity, row.pnl, row.pnlpercent) for row in data.holdings] == [(10, 1124, 8.03)] * 2
    sums = data.statistics
    assert (sums.totalholdingvalue, sums.totalinvvalue, sums.totalprofitandloss) == (30248, 28000, 2248)


def test_shares_of_today_are_no_holding_yet(program, noon):
    program("placeorder", **ORDER | {"product": "CNC"})
    assert program.asks(HoldingsAnswer, "holdings").data.holdings == []
