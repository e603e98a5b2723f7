"""What a trader's program does, run by an interpreter that has the published `openalgo` package; prints the answers as JSON."""

import importlib
import json
import os
import sys
from datetime import datetime, timedelta, timezone
from importlib.metadata import version
from typing import Any

INFY = {"symbol": "INFY", "exchange": "NSE"}
SBIN = {"symbol": "SBIN", "exchange": "NSE"}
NIFTY = {"underlying": "NIFTY", "exchange": "NSE_INDEX"}
IST = timezone(timedelta(hours=5, minutes=30))


def trade(client: Any) -> dict[str, Any]:
    order = INFY | {"action": "BUY"}
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


def wait(client: Any) -> dict[str, Any]:
    """Stops far above the market, and what takes them away."""
    ltp = client.quotes(**SBIN)["data"]["ltp"]
    trigger, limit = round(ltp * 1.5), round(ltp * 1.6)
    stop = SBIN | {"action": "BUY", "product": "CNC", "quantity": 1, "trigger_price": trigger}
    answers = {
        "SL": client.placeorder(**stop, price_type="SL", price=limit),
        "SL-M": client.placeorder(**stop, price_type="SL-M"),
    }
    answers["waiting"] = client.orderstatus(order_id=answers["SL-M"].get("orderid", ""))
    answers["cancelallorder"] = client.cancelallorder()
    return answers


def trade_much(client: Any) -> dict[str, Any]:
    smart = {"symbol": "TCS", "exchange": "NSE", "action": "BUY", "product": "CNC", "quantity": 1}
    item = SBIN | {"quantity": 1, "pricetype": "MARKET", "product": "CNC"}
    nowhere = item | {"symbol": "NOSUCH", "action": "BUY"}
    option = client.optionsymbol(**NIFTY, offset="OTM2", option_type="CE")
    lot = {name: option.get(name) for name in ("symbol", "exchange")}
    return {
        "placesmartorder": client.placesmartorder(**smart, position_size=5),
        "smart again": client.placesmartorder(**smart, position_size=5),
        "smart down": client.placesmartorder(**smart, position_size=2),
        "smart position": client.openposition(symbol="TCS", exchange="NSE", product="CNC"),
        "basketorder": client.basketorder(orders=[item | {"action": "SELL"}, item | {"action": "BUY"}, nowhere]),
        "basket of nothing": client.basketorder(orders=[nowhere]),
        "splitorder": client.splitorder(**INFY, action="BUY", quantity=5, splitsize=2, product="CNC"),
        "optionsymbol": option,
        "NRML": client.placeorder(**lot, action="BUY", product="NRML", quantity=option.get("lotsize")),
    }


def look(client: Any) -> dict[str, Any]:
    return {
        "orderbook": client.orderbook(),
        "tradebook": client.tradebook(),
        "positionbook": client.positionbook(),
        "openposition": client.openposition(**INFY, product="MIS"),
        "funds": client.funds(),
        "holdings": client.holdings(),
        "margin": client.margin(positions=[INFY | {"action": "BUY", "product": "MIS", "pricetype": "MARKET", "quantity": 5}]),
        "analyzerstatus": client.analyzerstatus(),
        "to paper": client.analyzertoggle(mode=True),
        "to live": client.analyzertoggle(mode=False),
        "holidays": client.holidays(),
        "holidays of a year": client.holidays(year=2026),
        "timings": client.timings(),
        "timings of a day": client.timings(date="2026-11-23"),
    }


def watch(client: Any) -> dict[str, Any]:
    """The market."""
    today = datetime.now(IST).date()
    days = {"start_date": str(today - timedelta(days=10)), "end_date": str(today)}
    hours = {"start_date": str(today), "end_date": str(today)}
    return {
        "quotes": client.quotes(**INFY),
        "multiquotes": client.multiquotes(symbols=[INFY, SBIN, {"symbol": "NIFTY", "exchange": "NSE_INDEX"}]),
        "depth": client.depth(**INFY),
        "history by day": frame(client.history(**INFY, interval="D", **days)),
        "history by minute": frame(client.history(**INFY, interval="5m", **hours)),
        "intervals": client.intervals(),
        "symbol": client.symbol(**INFY),
        "search": client.search(query="INFY", exchange="NSE"),
        "expiry": client.expiry(symbol="NIFTY", exchange="NFO", instrumenttype="options"),
        "instruments": frame(client.instruments(exchange="NSE")),
        "all instruments": frame(client.instruments()),
        "optionchain": client.optionchain(**NIFTY, strike_count=3),
        "unserved": client.optiongreeks(symbol="NIFTY", exchange="NFO"),
    }


def frame(data: Any) -> Any:
    """A DataFrame in a few words; anything else is an error that the package made of an answer."""
    if isinstance(data, dict):
        return data
    zone = getattr(data.index, "tz", None)
    first = [value.item() if hasattr(value, "item") else value for value in data.iloc[0]]
    return {"rows": len(data), "columns": list(data.columns), "zone": str(zone), "start": str(data.index[0]), "first": first}


def main() -> None:
    openalgo: Any = importlib.import_module("openalgo")
    host, key = os.environ["OPENALGO_HOST"], os.environ["OPENALGO_KEY"]
    client = openalgo.api(api_key=key, host=host)
    answers = {"driven by": f"{version('openalgo')} on {sys.version}"} | trade(client) | look(client) | watch(client)
    answers |= wait(client) | trade_much(client)
    answers["closeposition"] = client.closeposition()
    answers["positions at last"] = client.positionbook()
    answers["slashed host"] = openalgo.api(api_key=key, host=f"{host}/").quotes(**INFY)
    answers["wrong key"] = openalgo.api(api_key="wrong", host=host).funds()
    json.dump(answers, sys.stdout)


if __name__ == "__main__":
    main()
