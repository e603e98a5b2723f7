"""The paper exchange's rules, without a database."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from brokers.paper import rules
from brokers.types import Action, Exchange, Instrument, PriceType, Product, Quote
from tests.brokers.conftest import NOON

FLAT = rules.Stake()
LONG = rules.Stake(quantity=10, cost=Decimal(15_000))
PRICES = st.decimals("0.05", "90000", places=2)


def net(stake: rules.Stake, signed: int, price: str | Decimal) -> rules.Outcome:
    return rules.net(stake, signed=signed, price=Decimal(price))


def quoted(bid: int, ask: int) -> Quote:
    """At 100, whatever the others say."""
    hundred = Decimal(100)
    return Quote(
        symbol="X", exchange=Exchange.NSE, at=NOON, ltp=hundred, open=hundred, high=hundred, low=hundred, prev_close=hundred,
        bid=Decimal(bid), ask=Decimal(ask), volume=1,
    )  # fmt: skip


def listed(kind: str) -> Instrument:
    return Instrument(
        id=1, symbol="X", name="X", exchange=Exchange.NFO, token="1", tick_size=Decimal("0.05"), instrumenttype=kind
    )


@pytest.mark.parametrize(
    ("kind", "product", "times"),
    [
        ("EQ", Product.MIS, 5),
        ("EQ", Product.CNC, 1),
        ("FUT", Product.MIS, 10),
        ("FUT", Product.NRML, 10),
        ("CE", Product.NRML, 1),
        ("PE", Product.MIS, 1),
    ],
)
def test_leverage_goes_by_what_is_traded(kind, product, times):
    assert rules.leverage(listed(kind), product=product) == times


def test_margin_is_value_over_leverage():
    assert rules.margin(10 * Decimal("1512.40"), leverage=5) == Decimal("3024.80")


@pytest.mark.parametrize(
    ("action", "price", "charged"), [("BUY", 90, 90), ("BUY", 110, 110), ("SELL", 110, 110), ("SELL", 90, 100)]
)
def test_margin_is_charged_on_the_limit_but_never_below_what_a_sale_brings(action, price, charged):
    basis = rules.basis(
        action=Action(action), pricetype=PriceType.LIMIT, price=Decimal(price), trigger=Decimal(0), ltp=Decimal(100)
    )
    assert basis == charged


@pytest.mark.parametrize(
    ("action", "kind", "price", "filled"),
    [
        ("BUY", PriceType.MARKET, 0, 101),
        ("SELL", PriceType.MARKET, 0, 99),
        ("BUY", PriceType.LIMIT, 105, 100),
        ("SELL", PriceType.LIMIT, 95, 100),
        ("BUY", PriceType.LIMIT, 95, None),
        ("SELL", PriceType.LIMIT, 105, None),
        ("BUY", PriceType.SL_M, 0, 100),
        ("BUY", PriceType.SL, 100, 100),
        ("SELL", PriceType.SL, 101, None),
    ],
)
def test_an_order_that_waits_for_no_trigger_fills_or_rests(action, kind, price, filled):
    assert rules.fills_at(action=Action(action), pricetype=kind, price=Decimal(price), market=quoted(99, 101)) == filled


def test_a_side_without_a_price_fills_at_the_last():
    assert rules.at_market(Action.BUY, quoted(0, 0)) == 100


@pytest.mark.parametrize(
    ("action", "trigger", "wakes"), [("BUY", 100, True), ("BUY", 101, False), ("SELL", 100, True), ("SELL", 99, False)]
)
def test_a_stop_wakes_when_the_market_moves_against_it(action, trigger, wakes):
    assert rules.triggered(action=Action(action), trigger=Decimal(trigger), ltp=Decimal(100)) is wakes


@pytest.mark.parametrize("kind", [PriceType.SL, PriceType.SL_M])
def test_a_stop_is_covered_at_its_trigger(kind):
    basis = rules.basis(action=Action.BUY, pricetype=kind, price=Decimal(120), trigger=Decimal(110), ltp=Decimal(100))
    assert basis == 110


def test_closing_part_releases_its_cost_pro_rata():
    outcome = net(LONG, -4, "1600")
    assert outcome.stake == outcome.left == rules.Stake(quantity=6, cost=Decimal(9_000))
    assert outcome.realised == 400


def test_a_reversal_closes_first_and_opens_the_rest():
    outcome = net(LONG, -15, "1600")
    assert outcome.stake == rules.Stake(quantity=-5, cost=Decimal(8_000))
    assert outcome.realised == 1_000


def test_a_short_gains_when_the_price_falls():
    assert net(net(FLAT, -10, "1500").stake, 10, "1490").realised == 100


@pytest.mark.parametrize(
    ("held", "signed", "pending", "opens"), [(10, -4, 0, 0), (10, -15, 0, 5), (10, -10, 10, 10), (-3, 5, 0, 2), (5, 5, 0, 5)]
)
def test_only_what_closes_needs_no_margin(held, signed, pending, opens):
    assert rules.opening(held=held, signed=signed, pending=pending) == opens


@given(st.lists(st.tuples(st.integers(-500, 500).filter(bool), PRICES), max_size=20), PRICES)
def test_a_round_trip_realises_exactly_what_was_paid_and_received(steps, last):
    stake, realised, flow = FLAT, Decimal(0), Decimal(0)
    for signed, price in [*steps, (-sum(signed for signed, _ in steps), last)]:
        outcome = net(stake, signed, price)
        stake, realised, flow = outcome.stake, realised + outcome.realised, flow - signed * price
    assert (stake, realised) == (FLAT, flow)


@given(st.lists(st.tuples(st.integers(-500, 500).filter(bool), st.decimals("0.05", "90000", places=4)), max_size=20))
def test_parts_of_a_paisa_are_rounded_when_a_position_becomes_flat_and_never_before(steps):
    stake, realised, flow, flat = FLAT, Decimal(0), Decimal(0), 0
    for signed, price in steps:
        flat += stake.quantity * (stake.quantity + signed) <= 0
        outcome = net(stake, signed, price)
        stake, realised, flow = outcome.stake, realised + outcome.realised, flow - signed * price
    assert abs(realised - flow - stake.cost * (1 if stake.quantity > 0 else -1)) <= flat * Decimal("0.005")


@given(st.lists(st.tuples(st.integers(-500, 500).filter(bool), PRICES), max_size=20))
def test_a_stake_never_turns_negative(steps):
    stake = FLAT
    for signed, price in steps:
        stake = net(stake, signed, price).stake
        assert stake.cost >= 0
