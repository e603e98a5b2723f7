"""What the server says over a socket: each frame as the text that is sent; pure."""

import json
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from brokers.stream.speech import Code, Topic, View
from brokers.types import Depth, Level, OrderUpdate, Quote
from security.board import Figures

LEVELS = 5  # of the order book, whatever was asked for


def _number(value: object) -> float:
    if isinstance(value, Decimal):
        return float(value)
    raise TypeError(f"{type(value).__name__} has no place in a frame.")


_encode = json.JSONEncoder(default=_number, separators=(",", ":"), allow_nan=False).encode


def welcome(*, username: str, broker: str) -> str:
    features = {"ltp": True, "quote": True, "depth": True}
    return _encode(
        {
            "type": "auth", "status": "success", "message": "Authentication successful",
            "broker": broker, "user_id": username, "supported_features": features,
        }
    )  # fmt: skip


def error(code: Code, message: str) -> str:
    """Without a type, as programs expect it."""
    return _encode({"status": "error", "code": code, "message": message})


def subscribed(rows: Iterable[tuple[Topic, str]], *, broker: str, request_id: Any) -> str:
    """Each topic with the sentence why it was refused, or an empty one."""
    told = [_subscription(topic, refusal, broker) for topic, refusal in rows]
    whole = all(row["status"] == "success" for row in told)
    frame = {
        "type": "subscribe",
        "status": "success" if whole else "partial",
        "message": "Subscription processing complete",
        "subscriptions": told,
        "broker": broker,
    }
    return _encode(frame | _echo(request_id))


def unsubscribed(done: Iterable[Topic], failed: Iterable[tuple[Topic, str]], *, broker: str, request_id: Any) -> str:
    good = [_row(topic) | {"status": "success"} for topic in done]
    bad = [_row(topic) | {"status": "error", "message": why} for topic, why in failed]
    frame = {
        "type": "unsubscribe",
        "status": "success" if not bad else "partial" if good else "error",
        "message": "Unsubscription processing complete",
        "successful": good,
        "failed": bad,
        "broker": broker,
    }
    return _encode(frame | _echo(request_id))


def orders(*, on: bool, request_id: Any) -> str:
    return _following("orders", "order updates", on=on, request_id=request_id)


def watching(*, on: bool, request_id: Any) -> str:
    return _following("counters", "the counters", on=on, request_id=request_id)


def counters(figures: Figures) -> str:
    return _encode({"type": "counters", "data": figures._asdict()})


def pong(echo: dict[str, Any], *, at: datetime) -> str:
    return _encode({"type": "pong", "status": "success", "server_timestamp": _milliseconds(at)} | echo)


def broker_info(*, username: str, broker: str) -> str:
    return _encode({"type": "broker_info", "status": "success", "broker": broker, "user_id": username})


def supported_brokers(brokers: Iterable[str]) -> str:
    names = list(brokers)
    return _encode({"type": "supported_brokers", "status": "success", "brokers": names, "count": len(names)})


def tick(view: View, market: Quote | Depth, *, broker: str) -> str:
    """A depth's quote serves the other two views too."""
    quote = market.quote if isinstance(market, Depth) else market
    at = _milliseconds(quote.at)
    if view is View.LTP:
        data: dict[str, Any] = {"ltp": quote.ltp, "ltt": at, "timestamp": at}
    elif view is View.QUOTE:
        data = _quote(quote, at)
    else:
        data = {"ltp": quote.ltp, "timestamp": at, "depth": _book(market)}
    frame = {
        "type": "market_data", "symbol": quote.symbol, "exchange": quote.exchange, "mode": int(view), "broker": broker,
        "data": data,
    }  # fmt: skip
    return _encode(frame)


def order_update(update: OrderUpdate, *, username: str) -> str:
    order = update.order
    return _encode(
        {
            "type": "order_update",
            "seq": update.seq,
            "user_id": username,
            "mode": update.mode,
            "broker": update.broker,
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
            "filled_quantity": order.filled_quantity,
            "pending_quantity": order.pending_quantity,
            "average_price": order.average_price,
            "rejection_reason": order.reason,
            "strategy": order.strategy,
        }
    )


def _quote(quote: Quote, at: int) -> dict[str, Any]:
    """`close` is the previous close; the average goes by both names that programs read."""
    change = quote.ltp - quote.prev_close
    return {
        "ltp": quote.ltp,
        "open": quote.open,
        "high": quote.high,
        "low": quote.low,
        "close": quote.prev_close,
        "volume": quote.volume,
        "oi": quote.oi,
        "last_trade_quantity": quote.last_quantity,
        "avg_trade_price": quote.average_price,
        "average_price": quote.average_price,
        "change": change,
        "change_percent": round(100 * change / quote.prev_close, 2) if quote.prev_close else 0,
        "timestamp": at,
    }


def _book(market: Quote | Depth) -> dict[str, list[dict[str, Any]]]:
    if not isinstance(market, Depth):
        raise TypeError("A depth frame needs a depth.")
    return {"buy": [_level(each) for each in market.bids], "sell": [_level(each) for each in market.asks]}


def _level(level: Level) -> dict[str, Any]:
    return {"price": level.price, "quantity": level.quantity, "orders": level.orders}


def _subscription(topic: Topic, refusal: str, broker: str) -> dict[str, Any]:
    row = _row(topic) | {"status": "success", "mode": topic.view.word, "depth": LEVELS, "broker": broker}
    return row | {"status": "error", "message": refusal} if refusal else row


def _following(what: str, told: str, *, on: bool, request_id: Any) -> str:
    kind, word = (f"subscribe_{what}", "Subscribed to") if on else (f"unsubscribe_{what}", "Unsubscribed from")
    return _encode({"type": kind, "status": "success", "message": f"{word} {told}"} | _echo(request_id))


def _row(topic: Topic) -> dict[str, Any]:
    return {"symbol": topic.symbol, "exchange": topic.exchange}


def _echo(request_id: Any) -> dict[str, Any]:
    return {} if request_id is None else {"request_id": request_id}


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)
