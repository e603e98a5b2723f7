"""What a trader's program does and sees at one hour of the paper clock, with the published `openalgo` package."""

import importlib
import json
import os
import sys
from typing import Any

INFY = {"symbol": "INFY", "exchange": "NSE"}


def trade(client: Any, future: str, lot: str) -> dict[str, Any]:
    market = {"action": "BUY", "price_type": "MARKET", "strategy": "By day"}
    return {
        "intraday": client.placeorder(**INFY, **market, product="MIS", quantity=3),
        "delivery": client.placeorder(**INFY, **market, product="CNC", quantity=5),
        "overnight": client.placeorder(symbol=future, exchange="NFO", **market, product="NRML", quantity=lot),
        "resting": client.placeorder(**INFY, **market | {"price_type": "LIMIT"}, product="MIS", quantity=1, price=900),
        "stop": client.placeorder(**INFY, **market | {"price_type": "SL-M"}, product="MIS", quantity=1, trigger_price=2500),
    }


def look(client: Any, future: str) -> dict[str, Any]:
    return {
        "late": client.placeorder(**INFY, action="BUY", price_type="MARKET", product="MIS", quantity=1),
        "orderbook": client.orderbook(),
        "tradebook": client.tradebook(),
        "positionbook": client.positionbook(),
        "holdings": client.holdings(),
        "future": client.openposition(symbol=future, exchange="NFO", product="NRML"),
        "funds": client.funds(),
    }


def main() -> None:
    openalgo: Any = importlib.import_module("openalgo")
    client = openalgo.api(api_key=os.environ["OPENALGO_KEY"], host=os.environ["OPENALGO_HOST"])
    verb, *words = sys.argv[1:]
    answers = trade(client, *words) if verb == "trade" else look(client, *words)
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
