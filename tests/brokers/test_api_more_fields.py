"""Targets, counts, days and options as programs write them: what each field takes, and nothing else."""

from datetime import date

import pytest
from pydantic import ValidationError

from brokers.schemas.requests import (
    Expiry,
    History,
    Holidays,
    Margin,
    OptionChain,
    OptionSymbol,
    PlaceSmartOrder,
    SplitOrder,
    Timings,
)
from brokers.types import Interval
from tests.brokers.test_api_fields import ORDER

SPAN = {"symbol": "INFY", "exchange": "NSE", "interval": "5m", "start_date": "2026-11-20", "end_date": "2026-11-23"}
OPTION = {"underlying": "NIFTY", "exchange": "NSE_INDEX", "offset": "ATM", "option_type": "CE"}


def refuses(model, fields, **changes: object) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(fields | changes)


@pytest.mark.parametrize(("value", "size"), [(5, 5), ("-5", -5), (-5, -5), ("0", 0), (0.0, 0), ("7.0", 7), (-0.0, 0)])
def test_a_target_has_a_sign(value, size):
    assert PlaceSmartOrder.model_validate(ORDER | {"position_size": value}).position_size == size


@pytest.mark.parametrize("value", ["", None, True, 1.5, "-0.5", 10**9 + 1, -(10**9) - 1, "--1", [], "+1"])
def test_no_other_value_is_a_target(value):
    refuses(PlaceSmartOrder, ORDER, position_size=value)


@pytest.mark.parametrize(("value", "quantity"), [(0, 0), ("0", 0), ("2", 2)])
def test_a_smart_quantity_may_be_zero(value, quantity):
    assert PlaceSmartOrder.model_validate(ORDER | {"position_size": 1, "quantity": value}).quantity == quantity


@pytest.mark.parametrize("value", [-1, "-1", 0.5, "", None])
def test_a_smart_quantity_is_never_negative(value):
    refuses(PlaceSmartOrder, ORDER | {"position_size": 1}, quantity=value)


@pytest.mark.parametrize("value", [0, "0", "2.0", 2.0, -1, "", None, True])
def test_a_split_size_is_an_integer_above_zero(value):
    refuses(SplitOrder, ORDER, splitsize=value)


def test_a_range_of_days_is_understood():
    taken = History.model_validate(SPAN)
    assert (taken.interval, taken.start_date, taken.source) == (Interval.M5, date(2026, 11, 20), "api")


@pytest.mark.parametrize("field", ["start_date", "end_date"])
@pytest.mark.parametrize(
    "value", ["", "2026-1-2", "20261120", "2026-11-31", "2026-11-20T00:00:00", "20-11-2026", "1999-12-31", "2100-01-01",
              20261120, None, "२०२६-११-२०", "2026-11-20 "],
)  # fmt: skip
def test_a_day_is_written_one_way(field, value):
    refuses(History, SPAN, **{field: value})


@pytest.mark.parametrize("change", [{"interval": "7m"}, {"interval": "d"}, {"source": "file"}, {"interval": None}])
def test_intervals_and_sources_are_named(change):
    refuses(History, SPAN, **change)


@pytest.mark.parametrize("value", [2019, 2051, "2019", "", None, "this", 2026.0, True])
def test_a_year_of_holidays_is_near(value):
    refuses(Holidays, {}, year=value)


@pytest.mark.parametrize("value", [2020, "2050"])
def test_a_year_may_be_text(value):
    assert Holidays.model_validate({"year": value}).year == int(value)


@pytest.mark.parametrize("value", ["2019-12-31", "2051-01-01", "", None])
def test_timings_are_of_days_near(value):
    refuses(Timings, {}, date=value)


@pytest.mark.parametrize("value", ["29DEC26", "29dec26"])
def test_an_expiry_has_no_dashes(value):
    assert OptionSymbol.model_validate(OPTION | {"expiry_date": value}).expiry_date == date(2026, 12, 29)


@pytest.mark.parametrize("value", ["29-DEC-26", "2026-12-29", "31NOV26", "9DEC26", "29XXX26", "", None, 291226, "29\u017fEP26"])
def test_no_other_text_is_an_expiry(value):
    refuses(OptionSymbol, OPTION, expiry_date=value)


@pytest.mark.parametrize("value", ["ITM1", "OTM50", "ATM"])
def test_an_offset_counts_up_to_fifty(value):
    assert OptionSymbol.model_validate(OPTION | {"offset": value}).offset == value


@pytest.mark.parametrize("value", ["ITM0", "OTM51", "atm", "ITM", "ATM1", "ITM01", "", None, 1])
def test_no_other_text_is_an_offset(value):
    refuses(OptionSymbol, OPTION, offset=value)


@pytest.mark.parametrize("value", ["Ce", "CALL", "", None])
def test_an_option_is_a_call_or_a_put(value):
    refuses(OptionSymbol, OPTION, option_type=value)


@pytest.mark.parametrize(
    "change", [{"strike_count": 0}, {"strike_count": 101}, {"interest_rate": 101}, {"with_greeks": "maybe"}]
)
def test_a_chain_has_bounds(change):
    refuses(OptionChain, {"underlying": "NIFTY", "exchange": "NFO"}, **change)


@pytest.mark.parametrize("change", [{"exchange": "NSE"}, {"instrumenttype": "FUT"}])
def test_expiries_are_of_futures_or_options_where_they_trade(change):
    refuses(Expiry, {"symbol": "NIFTY", "exchange": "NFO", "instrumenttype": "options"}, **change)


def test_margins_take_numbers_and_text():
    position = {"symbol": "INFY", "exchange": "NSE", "action": "BUY", "product": "MIS", "pricetype": "MARKET"}
    taken = Margin.model_validate({"positions": [position | {"quantity": value} for value in (3, "3")]})
    assert [each.quantity for each in taken.positions] == [3, 3]
