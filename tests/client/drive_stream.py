"""What a streaming program does, run by an interpreter that has the published `openalgo` package; prints it as JSON."""

import importlib
import json
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

INFY, TCS = {"exchange": "NSE", "symbol": "INFY"}, {"exchange": "NSE", "symbol": "TCS"}
PATIENCE = 15.0  # seconds


class Heard:
    """What a callback was told; `until` waits for so many."""

    def __init__(self) -> None:
        self.told: list[Any] = []
        self._news = threading.Condition()

    def __call__(self, data: Any) -> None:
        with self._news:
            self.told.append(data)
            self._news.notify_all()

    def until(self, enough: Callable[[list[Any]], Any]) -> list[Any]:
        with self._news:
            self._news.wait_for(lambda: enough(self.told), PATIENCE)
            return list(self.told)


def listen(client: Any) -> dict[str, Any]:
    """Three views of one instrument at once, and one view of a second."""
    ltp, quote, depth = Heard(), Heard(), Heard()
    said = [
        client.subscribe_ltp([INFY, TCS], on_data_received=ltp),
        client.subscribe_quote([INFY], on_data_received=quote),
        client.subscribe_depth([INFY], on_data_received=depth),
    ]
    heard = {
        "subscribed": said,
        "ltp": ltp.until(lambda told: len(told) > 3),
        "quote": quote.until(lambda told: len(told) > 1),
        "depth": depth.until(lambda told: len(told) > 1),
        "get_ltp": client.get_ltp(),
        "get_quotes": client.get_quotes(exchange="NSE", symbol="INFY"),
        "get_depth": client.get_depth(),
        "unsubscribed": [client.unsubscribe_quote([INFY]), client.unsubscribe_depth([INFY])],
    }
    quote.told.clear()
    ltp.told.clear()
    went_on = ltp.until(lambda told: len(told) > 5)  # some seconds in which the quote must be silent
    return heard | {"after unsubscribing": quote.told[1:], "went on": len(went_on)}


def follow_orders(client: Any) -> list[Any]:
    """2.x alone has them: an order placed over the API is heard of here."""
    heard = Heard()
    client.subscribe_orders(on_order_update=heard)
    client.subscribe_ltp([TCS], on_data_received=(answered := Heard()))
    answered.until(bool)  # the server has read what was sent before it
    order = {"symbol": "INFY", "exchange": "NSE", "action": "BUY", "product": "CNC", "quantity": 1}
    resting = client.placeorder(**order, price_type="LIMIT", price=900.5)
    client.cancelorder(order_id=resting["orderid"])
    client.placeorder(**order, price_type="MARKET")
    return heard.until(lambda told: any(each["order_status"] == "complete" for each in told))


def refused(openalgo: Any, **where: Any) -> dict[str, Any]:
    began = time.monotonic()
    wrong = openalgo.api(api_key="wrong", **where)
    answer = wrong.connect()
    wrong.disconnect()
    return {"answer": answer, "seconds": time.monotonic() - began}


def main() -> None:
    openalgo: Any = importlib.import_module("openalgo")
    where = {"host": os.environ["OPENALGO_HOST"]}
    if "OPENALGO_WS_PORT" in os.environ:
        where["ws_port"] = os.environ["OPENALGO_WS_PORT"]
    client = openalgo.api(api_key=os.environ["OPENALGO_KEY"], **where)
    told = {"connected": client.connect()} | listen(client)
    if hasattr(client, "subscribe_orders"):
        told["orders"] = follow_orders(client)
    began = time.monotonic()
    client.disconnect()
    told["disconnected after"] = time.monotonic() - began
    told["refused"] = refused(openalgo, **where)
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
