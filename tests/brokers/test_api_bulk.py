"""Smart orders, baskets, splits and sweeps through the API: what each part is told, and the outer verdict."""

import pytest

from brokers.models import JournalEntry
from brokers.schemas.answers import (
    BasketAnswer,
    CancelAllAnswer,
    ClosePositionAnswer,
    OpenPositionAnswer,
    OrderAnswer,
    SmartAnswer,
    SplitAnswer,
)
from brokers.types import Mode
from tests.brokers.test_api_account import POSITION
from tests.brokers.test_api_orders import ORDER, RESTING, status
from tests.program import Program, refused

pytestmark = pytest.mark.usefixtures("daytime")

ITEM = {name: value for name, value in ORDER.items() if name != "strategy"}
NOWHERE = ITEM | {"symbol": "NOSUCH"}


def held(program: Program) -> int:
    return program.asks(OpenPositionAnswer, "openposition", **POSITION).quantity


def test_a_smart_order_reaches_its_target(program, noon):
    answer = program.asks(SmartAnswer, "placesmartorder", **ORDER | {"quantity": "0", "position_size": "-7"})
    assert (held(program), status(program, answer.orderid).action) == (-7, "SELL")


def test_a_smart_order_keeps_its_price_type_and_price(program, noon):
    answer = program.asks(SmartAnswer, "placesmartorder", **RESTING | {"position_size": 4})
    row = status(program, answer.orderid)
    assert (row.pricetype, row.price, row.quantity, row.order_status) == ("LIMIT", 900.5, 4, "open")


def test_a_smart_order_at_its_target_answers_without_an_order_id(program):
    answer = program("placesmartorder", **ORDER | {"quantity": 0, "position_size": 0}).json()
    assert set(answer) == {"status", "mode", "message"}


@pytest.mark.parametrize("size", ["", "1.5", None, "many", 10**10])
def test_a_smart_target_is_a_whole_number(program, size):
    response = program("placesmartorder", **ORDER | {"position_size": size})
    assert (response.status_code, refused(response)["errors"].keys()) == (400, {"position_size"})


def test_a_basket_answers_each_item_in_its_place(program, noon):
    answer = program.asks(BasketAnswer, "basketorder", strategy="x", orders=[ITEM | {"action": "SELL"}, NOWHERE, ITEM])
    assert [row.status for row in answer.results] == ["success", "error", "success"]
    assert (answer.status, answer.failed, answer.mode) == ("success", 1, Mode.ANALYZE)
    assert answer.results[2].orderid < answer.results[0].orderid


def test_a_basket_of_which_nothing_went_through_is_an_error_that_says_why(program):
    answer = program.asks(BasketAnswer, "basketorder", strategy="x", orders=[NOWHERE, NOWHERE])
    assert (answer.status, answer.failed) == ("error", 2)
    assert answer.message == "Nothing went through. 1 (NOSUCH), 2 (NOSUCH): Symbol NOSUCH does not exist on NSE."


def test_an_empty_basket_is_a_success(program):
    assert program.asks(BasketAnswer, "basketorder", strategy="x", orders=[]).results == []


def test_a_booked_refusal_names_its_order(program):
    sale = ITEM | {"action": "SELL", "product": "CNC"}
    (row,) = program.asks(BasketAnswer, "basketorder", strategy="x", orders=[sale]).results
    assert row.orderid == JournalEntry.objects.get().orderid


def test_the_baskets_strategy_labels_its_orders(program):
    program("basketorder", strategy="mine", orders=[ITEM])
    assert JournalEntry.objects.get().strategy == "mine"


@pytest.mark.parametrize(
    ("orders", "field"),
    [
        ([ITEM] * 101, "orders"), ({}, "orders"), (None, "orders"), (["INFY"], "orders.0"),
        ([ITEM, ITEM | {"quantity": "0"}], "orders.1.quantity"), ([ITEM | {"strategy": "x"}], "orders.0.strategy"),
    ],
)  # fmt: skip
def test_a_malformed_basket_is_refused_whole(program, orders, field):
    response = program("basketorder", strategy="x", orders=orders)
    assert (response.status_code, refused(response)["errors"].keys()) == (400, {field})
    assert not JournalEntry.objects.exists()


def test_a_basket_over_its_bound_is_told_the_bound(program):
    assert (
        refused(program("basketorder", strategy="x", orders=[ITEM] * 101))["message"] == "orders: Must have at most 100 items."
    )


def test_a_split_order_tells_its_children(program, noon):
    answer = program.asks(SplitAnswer, "splitorder", **ORDER | {"quantity": "5", "splitsize": "2"})
    assert [(row.order_num, row.quantity, row.status) for row in answer.results] == [
        (1, 2, "success"), (2, 2, "success"), (3, 1, "success"),
    ]  # fmt: skip
    assert (answer.total_quantity, answer.split_size, answer.failed, held(program)) == (5, 2, 0, 5)


def test_a_split_order_of_which_nothing_went_through_is_an_error(program):
    answer = program.asks(SplitAnswer, "splitorder", **ORDER | {"symbol": "NOSUCH", "quantity": 2, "splitsize": 1})
    assert (answer.status, answer.failed, "does not exist" in answer.message) == ("error", 2, True)


@pytest.mark.parametrize(("quantity", "size"), [(101, 1), (5, 0), (5, "2.0"), (5, None)])
def test_a_split_out_of_bounds_is_refused(program, quantity, size):
    response = program("splitorder", **ORDER | {"quantity": quantity, "splitsize": size})
    assert (response.status_code, refused(response)["mode"]) == (400, "analyze")


def test_cancel_all_names_what_it_cancelled(program, noon):
    orderid = program.asks(OrderAnswer, "placeorder", **RESTING).orderid
    answer = program.asks(CancelAllAnswer, "cancelallorder", strategy="another")
    assert (answer.status, answer.canceled_orders, answer.failed_cancellations) == ("success", [orderid], [])


def test_cancel_all_leaves_other_users_alone(second_program, program, noon):
    orderid = program.asks(OrderAnswer, "placeorder", **RESTING).orderid
    assert second_program.asks(CancelAllAnswer, "cancelallorder", strategy="x").canceled_orders == []
    assert status(program, orderid).order_status == "open"


def test_closing_tells_what_is_flat(program, noon):
    program("placeorder", **ORDER | {"quantity": 3})
    answer = program.asks(ClosePositionAnswer, "closeposition", strategy="another")
    assert (answer.closed_positions, answer.message, held(program)) == (["NSE:INFY MIS"], "1 closed.", 0)


def test_closing_does_not_count_what_is_not_flat(program, noon):
    program("placeorder", **ORDER | {"product": "CNC"})
    program("placeorder", **RESTING | {"action": "SELL", "price": 9000})
    answer = program.asks(ClosePositionAnswer, "closeposition", strategy="x")
    assert (answer.status, answer.closed_positions) == ("error", [])
    assert answer.failed_closures["NSE:INFY CNC"] in answer.message


@pytest.mark.parametrize("call", ["cancelallorder", "closeposition"])
def test_nothing_to_do_is_a_success(program, call):
    assert program(call, strategy="").json()["status"] == "success"
