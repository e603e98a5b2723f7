"""Square-off, delivery and expiry as the published `openalgo` package sees them, by PAPER_CLOCK, at any real hour."""

import json
import os
import subprocess
from collections.abc import Mapping
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest

from brokers import calendar
from brokers.paper import expiries
from brokers.paper.underlyings import BY_NAME
from brokers.types import Exchange
from tests import paper_clock
from tests.client.test_client import INTERPRETERS, interpreter
from tests.live import environment, live_server, manage
from tests.owned import PASSWORD
from tests.paper_clock import INDIA, standing_at

pytestmark = pytest.mark.slow

DRIVE = Path(__file__).with_name("drive_clock.py")
NIFTY = BY_NAME[Exchange.NFO, "NIFTY"]
MINUTE = timedelta(minutes=1)


def drive(python: str, env: Mapping[str, str], at: datetime, *words: str) -> dict[str, Any]:
    """One run of the program against a server whose paper clock stands there."""
    with live_server({**env, "PAPER_CLOCK": standing_at(at)}, second_port=False) as live:
        done = subprocess.run(
            [python, DRIVE, *words],
            cwd=env["DATA_DIR"], env={"OPENALGO_HOST": live.base, "OPENALGO_KEY": env["KEY"], "PATH": os.environ["PATH"]},
            text=True, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module", params=list(INTERPRETERS.values()), ids=list(INTERPRETERS))
def hours(request):
    """What one account's program sees at four hours: it trades at noon, and the server is restarted in between."""
    python, noon = interpreter(request.param[0]), paper_clock.noon()
    expiry = expiries.futures(NIFTY, noon.date())[1]
    future = f"NIFTY{expiry:%d%b%y}FUT".upper()
    tomorrow = datetime.combine(noon.date() + timedelta(days=1), time(3), INDIA)
    with environment({}) as prepared:
        manage("create_owner", "owner", "owner@example.com", env=prepared | {"OWNER_PASSWORD": PASSWORD})
        key = manage("issue_api_key", "owner", "--name", "test", env=prepared).stdout.strip()
        env = prepared | {"KEY": key}
        yield {
            "noon": drive(python, env, noon, "trade", future, str(NIFTY.lot)),
            "square-off": drive(python, env, noon.replace(hour=15, minute=16), "look", future),
            "rollover": drive(python, env, tomorrow + MINUTE, "look", future),
            "expiry": drive(python, env, calendar.close(Exchange.NFO, expiry) + MINUTE, "look", future),
        }


def rows(hours: dict[str, Any], hour: str, book: str) -> list[dict[str, Any]]:
    data = hours[hour][book]["data"]
    return list(data if isinstance(data, list) else data.get("orders", data.get("holdings")))


@pytest.mark.parametrize("order", ["intraday", "delivery", "overnight", "resting", "stop"])
def test_at_noon_every_order_is_taken(hours, order):
    assert hours["noon"][order]["status"] == "success", hours["noon"][order]


def test_the_square_off_closes_the_intraday_position(hours):
    held = {(row["symbol"], row["product"]): row["quantity"] for row in rows(hours, "square-off", "positionbook")}
    assert (held["INFY", "MIS"], held["INFY", "CNC"], hours["square-off"]["future"]["quantity"]) == (0, 5, NIFTY.lot)


def test_the_square_off_stands_in_the_order_book(hours):
    orders = rows(hours, "square-off", "orderbook")
    closing = [(row["action"], row["quantity"], row["order_status"]) for row in orders if row["strategy"] == "Square-off"]
    assert closing == [("SELL", 3, "complete")]
    assert sorted(row["order_status"] for row in orders) == ["cancelled"] * 2 + ["complete"] * 4


def test_after_the_square_off_intraday_orders_are_refused(hours):
    late = hours["square-off"]["late"]
    assert (late["code"], "square-off time" in late["message"]) == (400, True)


def test_the_next_session_shows_the_shares_as_a_holding(hours):
    assert [(row["symbol"], row["product"], row["quantity"]) for row in rows(hours, "rollover", "holdings")] == [
        ("INFY", "CNC", 5)
    ]


def test_the_next_session_begins_with_empty_books(hours):
    assert (rows(hours, "rollover", "orderbook"), rows(hours, "rollover", "tradebook")) == ([], [])
    assert [row["product"] for row in rows(hours, "rollover", "positionbook")] == ["NRML"]


def test_the_expired_future_is_settled(hours):
    assert hours["expiry"]["future"]["quantity"] == 0
    assert [(row["action"], row["strategy"]) for row in rows(hours, "expiry", "tradebook")] == [("SELL", "Expiry")]


@pytest.mark.parametrize("hour", ["square-off", "rollover", "expiry"])
def test_the_money_adds_up_at_every_hour(hours, hour):
    funds = hours[hour]["funds"]["data"]
    assert funds["availablecash"] + funds["utiliseddebits"] == pytest.approx(10_000_000 + funds["total_realized_pnl"])
