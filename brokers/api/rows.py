"""Orders and accounts as the rows programs read."""

from decimal import Decimal

from brokers.api.envelope import stamp
from brokers.types import Funds, Holding, Margin, Order, OrderStatistics, Part, Position, Product, Trade

Row = dict[str, object]


def order(order: Order) -> Row:
    return {
        "orderid": order.orderid,
        "symbol": order.symbol,
        "exchange": order.exchange,
        "action": order.action,
        "quantity": order.quantity,
        "price": order.price,
        "trigger_price": order.trigger_price,
        "pricetype": order.pricetype,
        "product": order.product,
        "order_status": order.status,
        "timestamp": stamp(order.placed),
        "average_price": order.average_price,
        "filled_quantity": order.filled_quantity,
        "pending_quantity": order.pending_quantity,
        "rejection_reason": order.reason,
        "strategy": order.strategy,
    }


def item(part: Part) -> Row:
    """Of a basket."""
    asked = part.request
    return {"symbol": asked.symbol, "exchange": asked.exchange, "product": asked.product} | _outcome(part)


def child(part: Part, *, number: int) -> Row:
    """Of a split order."""
    return {"order_num": number, "quantity": part.request.quantity} | _outcome(part)


def _outcome(part: Part) -> Row:
    booked: Row = {"orderid": part.orderid} if part.orderid else {}
    return {"status": "error", "message": part.refusal, **booked} if part.refusal else {"status": "success", **booked}


def statistics(counts: OrderStatistics) -> Row:
    return {
        "total_buy_orders": counts.buy,
        "total_sell_orders": counts.sell,
        "total_completed_orders": counts.completed,
        "total_open_orders": counts.open,
        "total_rejected_orders": counts.rejected,
        "total_trigger_pending_orders": counts.trigger_pending,
    }


def trade(trade: Trade) -> Row:
    return {
        "tradeid": trade.tradeid,
        "orderid": trade.orderid,
        "symbol": trade.symbol,
        "exchange": trade.exchange,
        "action": trade.action,
        "product": trade.product,
        "quantity": trade.quantity,
        "price": trade.price,
        "average_price": trade.price,
        "trade_value": trade.value,
        "timestamp": stamp(trade.at),
        "strategy": trade.strategy,
    }


def position(position: Position) -> Row:
    return {
        "symbol": position.symbol,
        "exchange": position.exchange,
        "product": position.product,
        "quantity": position.quantity,
        "average_price": position.average_price,
        "ltp": position.ltp,
        "pnl": pnl(position),
        "pnlpercent": position.pnl_percent,
        "unrealized_pnl": position.unrealised,
        "today_realized_pnl": position.realised_today,
        "total_pnl_today": position.unrealised + position.realised_today,
        "lot_size": position.lot_size,
    }


PNL = ("symbol", "exchange", "product", "quantity", "pnl", "unrealized_pnl", "today_realized_pnl", "total_pnl_today")


def gains(held: Position) -> Row:
    """What a position brings, without its prices."""
    return {name: value for name, value in position(held).items() if name in PNL}


def pnl(position: Position) -> Decimal:
    """What the open part would bring now; of a closed position, what it brought today."""
    return position.unrealised if position.quantity else position.realised_today


def totals(book: list[Position]) -> Row:
    unrealised = sum((each.unrealised for each in book), Decimal(0))
    realised = sum((each.realised_today for each in book), Decimal(0))
    return {
        "total_pnl": sum(map(pnl, book), Decimal(0)),
        "total_unrealized_pnl": unrealised,
        "total_today_realized_pnl": realised,
        "total_pnl_today": unrealised + realised,
    }


def funds(funds: Funds) -> Row:
    return {
        "availablecash": funds.available,
        "collateral": 0.0,
        "m2mrealized": funds.realised_today,
        "m2munrealized": funds.unrealised,
        "utiliseddebits": funds.used_margin,
        "total_realized_pnl": funds.realised,
        "today_realized_pnl": funds.realised_today,
        "grossexposure": funds.gross_exposure,
        "totalpnl": funds.realised + funds.unrealised,
        "last_reset": stamp(funds.last_reset),
        "reset_count": 0,
    }


def holding(holding: Holding) -> Row:
    return {
        "symbol": holding.symbol,
        "exchange": holding.exchange,
        "product": Product.CNC,
        "quantity": holding.quantity,
        "average_price": holding.average_price,
        "ltp": holding.ltp,
        "current_value": holding.value,
        "pnl": holding.pnl,
        "pnlpercent": holding.pnl_percent,
        "settlement_date": holding.settled.isoformat(),
    }


def worth(held: list[Holding]) -> Row:
    """Of all holdings together."""
    value = sum((each.value for each in held), Decimal(0))
    invested = sum((each.invested for each in held), Decimal(0))
    gain = value - invested
    return {
        "totalholdingvalue": value,
        "totalinvvalue": invested,
        "totalprofitandloss": gain,
        "totalpnlpercentage": round(gain / invested * 100, 2) if invested else 0,
    }


def margin(margin: Margin) -> Row:
    return {"total_margin_required": margin.total, "span_margin": margin.span, "exposure_margin": margin.exposure}
