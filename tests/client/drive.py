"""What a trader's program does, run by an interpreter that has the published `openalgo` package; prints the answers as JSON."""

import importlib
import json
import os
import sys
from importlib.metadata import version
from typing import Any


def trade(client: Any) -> dict[str, Any]:
    order = {"symbol": "INFY", "exchange": "NSE", "action": "BUY"}
    answers = {"market": client.placeorder(**order, price_type="MARKET", product="MIS", quantity=2)}
    answers["limit"] = client.placeorder(**order, price_type="LIMIT", product="CNC", quantity=1, price=900.5)
    orderid = answers["limit"].get("orderid", "")
    answers["modified"] = client.modifyorder(**order, order_id=orderid, product="CNC", quantity=3, price=901)
    answers["open"] = client.orderstatus(order_id=orderid)
    answers["cancelled"] = client.cancelorder(order_id=orderid)
    answers["over"] = client.orderstatus(order_id=orderid)
    answers["uncovered"] = client.placeorder(**order | {"action": "SELL"}, product="CNC", quantity=1)
    answers["unknown symbol"] = client.placeorder(**order | {"symbol": "NOSUCH"})
    answers["unknown order"] = client.orderstatus(order_id="26112399999999")
    return answers


def look(client: Any) -> dict[str, Any]:
    infy = {"symbol": "INFY", "exchange": "NSE"}
    return {
        "orderbook": client.orderbook(),
        "tradebook": client.tradebook(),
        "positionbook": client.positionbook(),
        "openposition": client.openposition(**infy, product="MIS"),
        "funds": client.funds(),
        "quotes": client.quotes(**infy),
        "symbol": client.symbol(**infy),
        "search": client.search(query="INFY", exchange="NSE"),
        "analyzerstatus": client.analyzerstatus(),
        "to paper": client.analyzertoggle(mode=True),
        "to live": client.analyzertoggle(mode=False),
        "unserved": client.holdings(),
        "unserved frame": client.instruments(exchange="NSE"),
    }


def main() -> None:
    openalgo: Any = importlib.import_module("openalgo")
    host, key = os.environ["OPENALGO_HOST"], os.environ["OPENALGO_KEY"]
    client = openalgo.api(api_key=key, host=host)
    answers = {"driven by": f"{version('openalgo')} on {sys.version}"} | trade(client) | look(client)
    answers["slashed host"] = openalgo.api(api_key=key, host=f"{host}/").quotes(symbol="INFY", exchange="NSE")
    answers["wrong key"] = openalgo.api(api_key="wrong", host=host).funds()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
