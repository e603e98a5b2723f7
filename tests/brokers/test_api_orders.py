"""Orders through the API: what is sent back, and that paper says so."""

from decimal import Decimal

import pytest

from brokers import orders, quotes
from brokers.models import JournalEntry
from brokers.schemas.answers import ModifyAnswer, OrderAnswer, OrderbookAnswer, OrderStatusAnswer, PingAnswer
from brokers.types import Exchange, Mode, OrderStatus
from tests.program import Program, refused

pytestmark = pytest.mark.usefixtures("daytime")

ORDER = {"strategy": "Python", "exchange": "NSE", "symbol": "INFY", "action": "BUY", "quantity": "1"}
RESTING = ORDER | {"pricetype": "LIMIT", "price": "900.5", "product": "CNC"}
CHANGE = RESTING | {"disclosed_quantity": "0", "trigger_price": "0"}


@pytest.fixture
def resting(program) -> str:
    return str(program.asks(OrderAnswer, "placeorder", **RESTING).orderid)


def status(program: Program, orderid: str):
    return program.asks(OrderStatusAnswer, "orderstatus", strategy="", orderid=orderid).data


def test_it_places_an_order_on_paper(program):
    answer = program.asks(OrderAnswer, "placeorder", **ORDER)
    assert (answer.orderid, answer.mode) == (JournalEntry.objects.get().orderid, Mode.ANALYZE)


def test_the_answer_holds_what_the_contract_says_and_nothing_else(program):
    assert set(program("placeorder", **ORDER).json()) == {"status", "mode", "orderid"}


@pytest.mark.parametrize("call", ["placeorder/", "placeorder"])
def test_lower_case_sides_and_json_numbers_are_taken(program, call):
    answer = program.asks(OrderAnswer, call, **ORDER | {"action": "sell", "quantity": 2, "price": 0, "underlying_ltp": None})
    assert status(program, answer.orderid).action == "SELL"


def test_the_journal_names_the_key(program):
    program("placeorder", **ORDER)
    assert JournalEntry.objects.get().source == program.token.split("_")[2]


def test_a_price_reaches_the_journal_exactly(program, resting):
    assert JournalEntry.objects.get().price == Decimal("900.5")


def test_a_filled_order_tells_its_price(program, noon):
    row = status(program, program.asks(OrderAnswer, "placeorder", **ORDER).orderid)
    assert (row.order_status, row.filled_quantity, row.pending_quantity) == (OrderStatus.COMPLETE, 1, 0)
    assert row.average_price == float(quotes.quote("INFY", Exchange.NSE).ask)


def test_a_resting_order_is_open_and_spelled_both_ways(program, resting):
    row = status(program, resting)
    assert (row.order_status, row.price, row.pricetype, row.price_type) == (OrderStatus.OPEN, 900.5, "LIMIT", "LIMIT")


def test_times_are_indias(program, noon):
    orderid = program.asks(OrderAnswer, "placeorder", **ORDER).orderid
    assert status(program, orderid).timestamp == "2026-11-23 12:00:00"


def test_it_modifies_an_open_order(program, resting):
    program.asks(ModifyAnswer, "modifyorder", **CHANGE | {"orderid": resting, "quantity": "3", "price": "905"})
    row = status(program, resting)
    assert (row.quantity, row.price) == (3, 905)


def test_it_cancels_an_open_order(program, resting):
    program.asks(OrderAnswer, "cancelorder", strategy="", orderid=resting)
    assert status(program, resting).order_status == OrderStatus.CANCELLED


def test_what_is_over_cannot_be_cancelled(program, resting):
    program("cancelorder", strategy="", orderid=resting)
    response = program("cancelorder", strategy="", orderid=resting)
    assert (response.status_code, refused(response)["mode"]) == (400, "analyze")


@pytest.mark.parametrize(
    ("call", "fields"), [("modifyorder", CHANGE), ("cancelorder", {"strategy": ""}), ("orderstatus", {"strategy": ""})]
)
@pytest.mark.parametrize("orderid", ["26112399999999", "x", "9" * 40, "26112300000001 ", "२६११२३०००००००१"])
def test_an_unknown_order_is_404(program, call, fields, orderid):
    response = program(call, **fields, orderid=orderid)
    assert (response.status_code, refused(response)["mode"]) == (404, "analyze")


def test_another_users_order_is_unknown(second_program, resting):
    assert second_program("orderstatus", strategy="", orderid=resting).status_code == 404


def test_an_uncovered_cnc_sale_is_refused_with_its_order_id(program):
    response = program("placeorder", **ORDER | {"action": "SELL", "product": "CNC"})
    assert response.status_code == 400
    assert status(program, refused(response)["orderid"]).order_status == OrderStatus.REJECTED


@pytest.mark.parametrize(
    "change",
    [
        {"symbol": "NOSUCH"}, {"symbol": "infy"}, {"exchange": "NFO"}, {"product": "NRML"}, {"pricetype": "SL"},
        {"pricetype": "LIMIT"}, {"quantity": 10**9}, {"quantity": 10**9, "action": "SELL"},
        {"pricetype": "LIMIT", "price": 10**9, "quantity": 10**9}, {"strategy": "\u2028"},
    ],
)  # fmt: skip
def test_a_broken_rule_is_a_sentence_and_leaves_no_order(program, change):
    response = program("placeorder", **ORDER | change)
    assert (response.status_code, refused(response)["mode"]) == (400, "analyze")
    assert not JournalEntry.objects.exists()


def test_a_schema_error_of_an_order_says_that_it_is_paper(program):
    response = program("placeorder", **ORDER | {"quantity": "one"})
    assert refused(response)["errors"] == {"quantity": ["Not a number."]}
    assert (response.status_code, refused(response)["mode"]) == (400, "analyze")


@pytest.mark.parametrize("missing", sorted(CHANGE))
def test_a_change_has_no_defaults(program, resting, missing):
    fields = {name: value for name, value in (CHANGE | {"orderid": resting}).items() if name != missing}
    assert refused(program("modifyorder", **fields))["errors"].keys() == {missing}


def test_the_book_counts_its_orders(program, resting):
    program("placeorder", **ORDER)
    book = program.asks(OrderbookAnswer, "orderbook").data
    assert [row.order_status for row in book.orders] == ["complete", "open"]
    assert (book.statistics.total_buy_orders, book.statistics.total_open_orders) == (2, 1)


def test_numbers_are_sent_as_numbers(program, resting):
    row = program("orderbook").json()["data"]["orders"][0]
    assert (row["price"], row["quantity"], row["trigger_price"]) == (900.5, 1, 0.0)


def test_an_accident_is_told_without_detail(program, monkeypatch):
    monkeypatch.setattr(orders, "place", lambda *_, **__: 1 / 0)
    program.client.raise_request_exception = False
    response = program("placeorder", **ORDER)
    assert (response.status_code, "division" in response.content.decode()) == (500, False)
    assert refused(response)["incident"]


def test_ping_touches_no_table(program, django_assert_num_queries):
    program("ping")
    with django_assert_num_queries(0):
        assert program.asks(PingAnswer, "ping").data.broker == "paper"


def test_an_operators_key_places_nothing(program, owner):
    owner.role = "operator"
    owner.save()
    response = program("placeorder", **ORDER)
    assert (response.status_code, "trade" in refused(response)["message"]) == (403, True)
    assert not JournalEntry.objects.exists()
