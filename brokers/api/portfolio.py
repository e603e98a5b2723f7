"""What the account has and would need: funds, its books, holdings, gains and margins."""

from django.http import HttpResponse
from ninja import Router

from brokers import orders, portfolio
from brokers.api import rows
from brokers.api.door import ACCOUNT, Call
from brokers.api.envelope import answer
from brokers.schemas.answers import (
    FundsAnswer,
    HoldingsAnswer,
    MarginAnswer,
    OpenPositionAnswer,
    OrderbookAnswer,
    PnlSymbolsAnswer,
    PositionbookAnswer,
    TradebookAnswer,
)
from brokers.schemas.requests import Keyed, Margin, OpenPosition
from brokers.types import OrderRequest

router = Router()


@router.post("funds", auth=ACCOUNT, response=FundsAnswer, operation_id="funds")
def funds(request: Call, payload: Keyed) -> HttpResponse:
    """Show cash and margin."""
    return answer(request, data=rows.funds(portfolio.funds(request.auth.user_id)))


@router.post("orderbook", auth=ACCOUNT, response=OrderbookAnswer, operation_id="orderbook")
def orderbook(request: Call, payload: Keyed) -> HttpResponse:
    """List this session's orders and their counts."""
    book = portfolio.orders(request.auth.user_id)
    counts = rows.statistics(portfolio.statistics(book))
    return answer(request, data={"orders": [rows.order(each) for each in book], "statistics": counts})


@router.post("tradebook", auth=ACCOUNT, response=TradebookAnswer, operation_id="tradebook")
def tradebook(request: Call, payload: Keyed) -> HttpResponse:
    """List this session's trades."""
    return answer(request, data=[rows.trade(each) for each in portfolio.trades(request.auth.user_id)])


@router.post("positionbook", auth=ACCOUNT, response=PositionbookAnswer, operation_id="positionbook")
def positionbook(request: Call, payload: Keyed) -> HttpResponse:
    """List the positions. Those closed in this session have quantity 0."""
    book = portfolio.positions(request.auth.user_id)
    return answer(request, data=[rows.position(each) for each in book], **rows.totals(book))


@router.post("pnl/symbols", auth=ACCOUNT, response=PnlSymbolsAnswer, operation_id="pnl_symbols")
def pnl_symbols(request: Call, payload: Keyed) -> HttpResponse:
    """Tell the day's gains of each position. With their sums."""
    book = portfolio.positions(request.auth.user_id)
    return answer(request, data=[rows.gains(each) for each in book], **rows.totals(book))


@router.post("openposition", auth=ACCOUNT, response=OpenPositionAnswer, operation_id="openposition")
def openposition(request: Call, payload: OpenPosition) -> HttpResponse:
    """Show the net quantity of one position. It is negative when short, 0 when flat."""
    quantity = portfolio.net_quantity(
        request.auth.user_id, symbol=payload.symbol, exchange=payload.exchange, product=payload.product
    )
    return answer(request, quantity=quantity)


@router.post("holdings", auth=ACCOUNT, response=HoldingsAnswer, operation_id="holdings")
def holdings(request: Call, payload: Keyed) -> HttpResponse:
    """List the shares held for delivery. Those sold out are gone."""
    held = portfolio.holdings(request.auth.user_id)
    return answer(request, data={"holdings": [rows.holding(each) for each in held], "statistics": rows.worth(held)})


@router.post("margin", auth=ACCOUNT, response=MarginAnswer, operation_id="margin")
def margin(request: Call, payload: Margin) -> HttpResponse:
    """Tell the margin of would-be positions. All of them together, beside nothing."""
    asked = [OrderRequest(**each.model_dump()) for each in payload.positions]
    return answer(request, data=rows.margin(orders.margin(request.auth.user_id, asked)))
