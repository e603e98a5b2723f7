"""The account through the API: funds, trades, positions, and which market orders go to."""

import pytest

from apiauth import keys
from brokers.schemas.answers import (
    AnalyzerAnswer,
    FundsAnswer,
    OpenPositionAnswer,
    OrderbookAnswer,
    PnlSymbolsAnswer,
    PositionbookAnswer,
    ToggleAnswer,
    TradebookAnswer,
)
from brokers.schemas.answers.account import PnlRow
from brokers.types import Mode
from security.actors import COMMAND_LINE
from tests.brokers.test_api_orders import ORDER, RESTING
from tests.program import Program, refused

pytestmark = pytest.mark.usefixtures("daytime")

POSITION = {"strategy": "", "symbol": "INFY", "exchange": "NSE", "product": "MIS"}


def test_a_new_account_has_one_crore(program):
    funds = program.asks(FundsAnswer, "funds").data
    assert (funds.availablecash, funds.utiliseddebits, funds.reset_count) == (10_000_000, 0, 0)


def test_a_resting_order_keeps_cash(program):
    program("placeorder", **RESTING)
    funds = program.asks(FundsAnswer, "funds").data
    assert (funds.availablecash, funds.utiliseddebits) == (10_000_000 - 900.5, 900.5)


@pytest.mark.parametrize(
    ("call", "answer"), [("orderbook", OrderbookAnswer), ("tradebook", TradebookAnswer), ("positionbook", PositionbookAnswer)]
)
def test_the_books_begin_empty(program, call, answer):
    assert program.asks(answer, call).mode is Mode.ANALYZE


def test_a_fill_is_a_trade(program, noon):
    orderid = program("placeorder", **ORDER | {"quantity": 3}).json()["orderid"]
    (trade,) = program.asks(TradebookAnswer, "tradebook").data
    assert (trade.orderid, trade.quantity, trade.timestamp) == (orderid, 3, "2026-11-23 12:00:00")
    assert trade.trade_value == pytest.approx(3 * trade.average_price)


def test_a_fill_is_a_position(program, noon):
    program("placeorder", **ORDER | {"quantity": 4, "action": "SELL"})
    book = program.asks(PositionbookAnswer, "positionbook")
    (row,) = book.data
    assert (row.quantity, row.pnl) == (-4, pytest.approx(4 * (row.average_price - row.ltp)))
    assert book.total_unrealized_pnl == row.unrealized_pnl == book.total_pnl


def test_a_position_closed_today_stays_with_what_it_brought(program, noon):
    program("placeorder", **ORDER)
    program("placeorder", **ORDER | {"action": "SELL"})
    (row,) = program.asks(PositionbookAnswer, "positionbook").data
    assert (row.quantity, row.average_price, row.pnl) == (0, 0, row.today_realized_pnl)
    assert row.pnl < 0  # bought at the ask, sold at the bid


def test_the_days_gains_are_those_of_the_position_book(program, noon):
    program("placeorder", **ORDER | {"quantity": 4, "action": "SELL"})
    book, gains = program.asks(PositionbookAnswer, "positionbook"), program.asks(PnlSymbolsAnswer, "pnl/symbols")
    assert [row.model_dump() for row in gains.data] == [row.model_dump(include={*PnlRow.model_fields}) for row in book.data]
    assert gains.total_pnl_today == book.total_pnl_today


def test_open_positions_are_signed_and_flat_is_zero(program):
    assert program.asks(OpenPositionAnswer, "openposition", **POSITION).quantity == 0
    program("placeorder", **ORDER | {"quantity": 5, "action": "SELL"})
    assert program.asks(OpenPositionAnswer, "openposition", **POSITION).quantity == -5


def test_a_position_is_asked_for_on_any_exchange(program):
    assert program.asks(OpenPositionAnswer, "openposition", **POSITION | {"exchange": "anything"}).quantity == 0


def test_one_user_does_not_see_anothers_account(second_program, program):
    program("placeorder", **RESTING)
    assert second_program.asks(FundsAnswer, "funds").data.utiliseddebits == 0
    assert second_program.asks(OrderbookAnswer, "orderbook").data.orders == []


def test_a_new_user_is_on_paper(program):
    program("placeorder", **RESTING)
    data = program.asks(AnalyzerAnswer, "analyzer").data
    assert (data.mode, data.analyze_mode, data.total_logs) == (Mode.ANALYZE, True, 1)


@pytest.mark.parametrize("word", [True, "yes", "1"])
def test_asking_for_the_mode_one_is_in_is_a_success(program, word):
    assert program.asks(ToggleAnswer, "analyzer/toggle", mode=word).data.analyze_mode is True


def test_live_needs_a_broker(program):
    response = program("analyzer/toggle", mode=False)
    assert (response.status_code, "broker" in refused(response)["message"]) == (400, True)


def test_a_test_key_is_on_paper_always(owner, monkeypatch):
    monkeypatch.setattr("brokers.modes.current", lambda user_id: Mode.LIVE)
    program = Program(keys.issue(owner, by=COMMAND_LINE, name="trial", test=True).token)
    assert program.asks(AnalyzerAnswer, "analyzer").data.mode is Mode.ANALYZE
