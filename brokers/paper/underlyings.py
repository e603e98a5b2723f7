"""What the paper exchange lists contracts on: lots, strikes and cycles as the exchanges have them."""

from decimal import Decimal

from brokers.paper.equities import SHARES
from brokers.paper.indices import INDICES, TICK
from brokers.paper.listing import Cycle, Underlying
from brokers.paper.path import Course
from brokers.types import Exchange

_COURSES = {each.instrument.symbol: each for each in (*reversed(SHARES), *INDICES)}
_INDICES = (  # serial, name, lot, freeze quantity, step of strikes, lots a day, volatility, cycle
    (1, "NIFTY", 65, 1800, 50, 90_000, 13, Cycle.TUESDAYS),
    (2, "BANKNIFTY", 30, 600, 100, 50_000, 14, Cycle.LAST_TUESDAY),
    (3, "FINNIFTY", 60, 1800, 50, 12_000, 14, Cycle.LAST_TUESDAY),
    (4, "MIDCPNIFTY", 120, 2800, 25, 12_000, 16, Cycle.LAST_TUESDAY),
    (5, "NIFTYNXT50", 25, 600, 0, 6_000, 17, Cycle.LAST_TUESDAY),
    (6, "SENSEX", 20, 1000, 100, 40_000, 13, Cycle.THURSDAYS),
    (7, "BANKEX", 30, 900, 100, 6_000, 14, Cycle.LAST_THURSDAY),
    (8, "SENSEX50", 75, 1800, 0, 6_000, 13, Cycle.LAST_THURSDAY),
)
_STOCKS = (  # serial, name, lot, lots a day
    (20, "RELIANCE", 500, 30_000),
    (21, "HDFCBANK", 550, 30_000),
    (22, "ICICIBANK", 700, 20_000),
    (23, "INFY", 400, 20_000),
    (24, "TCS", 175, 15_000),
    (25, "SBIN", 750, 20_000),
    (26, "AXISBANK", 625, 14_000),
    (27, "LT", 175, 10_000),
    (28, "ITC", 1600, 12_000),
    (29, "BHARTIARTL", 475, 10_000),
)
_GOODS = (  # serial, name, exchange, base in rupees, tick, lot, freeze quantity, lots a day, cycle
    (40, "USDINR", Exchange.CDS, 89, "0.0025", 1000, 10_000_000, 900_000, Cycle.CURRENCY),
    (50, "CRUDEOIL", Exchange.MCX, 5700, "1", 100, 10_000, 25_000, Cycle.CRUDE),
    (51, "GOLD", Exchange.MCX, 125_000, "1", 100, 1000, 12_000, Cycle.FIFTH),
)
_MOST_LOTS = 40  # of a stock's contract in one order


def _on_index(row: tuple[int, str, int, int, int, int, int, Cycle]) -> Underlying:
    serial, name, lot, freeze, step, lots, volatility, cycle = row
    index = _COURSES[name]
    quoted = index.instrument.exchange
    exchange = Exchange.NFO if quoted is Exchange.NSE_INDEX else Exchange.BFO
    return Underlying(
        serial=serial, name=name, exchange=exchange, quoted=quoted, course=index.course, tick=TICK, lot=lot, freeze=freeze,
        cycle=cycle, lots=lots, step=Decimal(step), volatility=volatility,
    )  # fmt: skip


def _on_stock(serial: int, name: str, lot: int, lots: int) -> Underlying:
    share = _COURSES[name]
    return Underlying(
        serial=serial, name=name, exchange=Exchange.NFO, quoted=Exchange.NSE, course=share.course,
        tick=share.instrument.tick_size, lot=lot, freeze=lot * _MOST_LOTS, cycle=Cycle.LAST_TUESDAY, lots=lots,
    )  # fmt: skip


def _on_goods(row: tuple[int, str, Exchange, int, str, int, int, int, Cycle]) -> Underlying:
    serial, name, exchange, base, tick, lot, freeze, lots, cycle = row
    course = Course(f"{exchange}:{name}", int(base / Decimal(tick)), 1_000_000)
    return Underlying(
        serial=serial, name=name, exchange=exchange, quoted=None, course=course, tick=Decimal(tick), lot=lot, freeze=freeze,
        cycle=cycle, lots=lots, carry=3,
    )  # fmt: skip


UNDERLYINGS: tuple[Underlying, ...] = (
    *(_on_index(row) for row in _INDICES),
    *(_on_stock(*row) for row in _STOCKS),
    *(_on_goods(row) for row in _GOODS),
)
BY_NAME = {(each.exchange, each.name): each for each in UNDERLYINGS}
