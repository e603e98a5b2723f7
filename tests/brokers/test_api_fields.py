"""The kinds of fields: what each takes, to the letter, and nothing else."""

from decimal import Decimal

import pytest
from pydantic import ValidationError

from brokers.schemas.requests import Keyed, OneOrder, PlaceOrder, Search, Toggle
from brokers.types import Action, PriceType, Product

ORDER = {"strategy": "", "exchange": "NSE", "symbol": "INFY", "action": "BUY", "quantity": "1"}


def order(**changes: object) -> PlaceOrder:
    return PlaceOrder.model_validate(ORDER | changes)


def test_the_smallest_order_takes_the_contracts_defaults():
    taken = order()
    assert (taken.pricetype, taken.product) == (PriceType.MARKET, Product.MIS)
    assert taken.price == taken.trigger_price == taken.disclosed_quantity == 0


@pytest.mark.parametrize("value", [1512.4, "1512.4", "1512.40", "1512.4000000000001"])
def test_a_price_is_an_exact_decimal_however_it_was_written(value):
    assert order(price=value).price == Decimal("1512.4")


def test_a_price_is_never_minus_zero():
    assert str(order(price=-0.0).price) == "0.0000"


@pytest.mark.parametrize("field", ["price", "trigger_price", "quantity"])
@pytest.mark.parametrize(
    "value",
    ["", " 1", "1 ", "1\n", "1e3", "0x1", "\u0967", "NaN", "Infinity", True, None, [], {}, -1, "-1", float("nan"), float("inf"),
     10**9 + 1, 10**400, "9" * 11, Decimal("1e999999")],
)  # fmt: skip
def test_it_refuses_what_is_no_plain_number_in_bounds(field, value):
    with pytest.raises(ValidationError):
        order(**{field: value})


@pytest.mark.parametrize("value", [0, "0", 1.5, "0.0001"])
def test_a_quantity_is_whole_and_above_zero(value):
    with pytest.raises(ValidationError):
        order(quantity=value)


@pytest.mark.parametrize("value", [1, "1", 1.0, "1.0"])
def test_a_whole_quantity_may_be_any_number(value):
    assert order(quantity=value).quantity == 1


@pytest.mark.parametrize("value", ["2.0", 2.0, True, "", "+2", -2, None, 10**10])
def test_a_disclosed_quantity_is_an_integer_or_its_text(value):
    with pytest.raises(ValidationError):
        order(disclosed_quantity=value)


@pytest.mark.parametrize(
    ("word", "side"), [("BUY", Action.BUY), ("buy", Action.BUY), ("SELL", Action.SELL), ("sell", Action.SELL)]
)
def test_a_side_is_upper_or_lower_case(word, side):
    assert order(action=word).action is side


@pytest.mark.parametrize("word", ["Buy", "HOLD", "", None, 1])
def test_no_other_word_is_a_side(word):
    with pytest.raises(ValidationError):
        order(action=word)


@pytest.mark.parametrize("change", [{"pricetype": "market"}, {"product": "mis"}, {"exchange": "nse"}, {"exchange": "XNYS"}])
def test_vocabularies_are_upper_case(change):
    with pytest.raises(ValidationError):
        order(**change)


@pytest.mark.parametrize("value", [None, 1, "x" * 101, "a\x00b", "a\nb", "a\x85b", "\ud800"])
def test_a_strategy_is_short_printable_text(value):
    with pytest.raises(ValidationError):
        order(strategy=value)


@pytest.mark.parametrize("field", ["target", "stoploss", "Quantity", "apikey2"])
def test_it_refuses_unknown_fields(field):
    with pytest.raises(ValidationError):
        order(**{field: "1"})


def test_an_order_id_is_text():
    with pytest.raises(ValidationError):
        OneOrder.model_validate({"strategy": "", "orderid": 123})


@pytest.mark.parametrize("query", ["", " ", "\t", "a\nb"])
def test_a_query_is_not_blank(query):
    with pytest.raises(ValidationError):
        Search.model_validate({"query": query})


@pytest.mark.parametrize(
    ("word", "value"), [(True, True), ("yes", True), ("1", True), (1, True), (False, False), ("off", False), (0, False)]
)
def test_a_switch_takes_the_usual_words(word, value):
    assert Toggle.model_validate({"mode": word}).mode is value


@pytest.mark.parametrize("word", [2, -1, 1.0, "maybe", "", None, []])
def test_no_other_word_is_a_switch(word):
    with pytest.raises(ValidationError):
        Toggle.model_validate({"mode": word})


@pytest.mark.parametrize("key", ["", "x" * 257, 5, None])
def test_a_key_beside_the_header_is_still_a_key(key):
    with pytest.raises(ValidationError):
        Keyed.model_validate({"apikey": key})
