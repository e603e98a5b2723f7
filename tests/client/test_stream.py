"""The published `openalgo` package, unmodified, listens to a real server on the port it knows by itself: 1.x and 2.x."""

import json
import os
import socket
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.client.test_client import INTERPRETERS, interpreter
from tests.owned import owned_server
from tests.paper_clock import daytime

pytestmark = pytest.mark.slow

DRIVE = Path(__file__).with_name("drive_stream.py")
DEFAULT_PORT = 8765  # of the package, where its user names none


@pytest.fixture(scope="module", params=list(INTERPRETERS))
def heard(request, tmp_path_factory):
    """Only host and key are changed: no `ws_url`, no `ws_port`."""
    python = interpreter(INTERPRETERS[request.param][0])
    require_default_port()
    with owned_server({"PAPER_CLOCK": daytime()}, default_port=True) as server:
        done = subprocess.run(
            [python, DRIVE],
            cwd=tmp_path_factory.mktemp("elsewhere"),
            env={"OPENALGO_HOST": server.base, "OPENALGO_KEY": server.token, "PATH": os.environ["PATH"]},
            text=True, capture_output=True, timeout=150, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"dialect": request.param}


def require_default_port() -> None:
    try:
        socket.create_server(("127.0.0.1", DEFAULT_PORT)).close()
    except OSError:
        pytest.fail(f"Port {DEFAULT_PORT} is taken on this machine, and this test is about it.")


def test_host_and_key_are_enough_to_connect(heard):
    assert heard["connected"] is True
    assert heard["subscribed"] == [True, True, True]


@pytest.mark.parametrize(("view", "mode"), [("ltp", 1), ("quote", 2), ("depth", 3)])
def test_each_view_of_one_instrument_reaches_its_callback(heard, view, mode):
    told = [tick for tick in heard[view] if tick["symbol"] == "INFY"]
    assert len(told) >= 2
    assert {tick["mode"] for tick in told} == {mode}


def test_two_instruments_tick_in_one_view(heard):
    assert {tick["symbol"] for tick in heard["ltp"]} == {"INFY", "TCS"}


def test_ticks_come_at_least_once_a_second(heard):
    times = [tick["data"]["timestamp"] for tick in heard["ltp"] if tick["symbol"] == "INFY"]
    assert max(later - sooner for sooner, later in pairwise(times)) < 1500  # ms, on a loaded machine


def test_a_quote_has_every_field_the_package_reads(heard):
    data = heard["quote"][-1]["data"]
    numbers = ("open", "high", "low", "close", "ltp", "volume", "last_trade_quantity", "avg_trade_price", "timestamp")
    assert all(data[name] > 0 for name in numbers), data


def test_a_depth_has_five_levels_a_side(heard):
    depth = heard["depth"][-1]["data"]["depth"]
    assert [len(depth[side]) for side in ("buy", "sell")] == [5, 5]
    assert depth["buy"][0]["price"] < depth["sell"][0]["price"]


def test_the_last_values_can_be_asked_for(heard):
    assert set(heard["get_ltp"]["ltp"]["NSE"]) == {"INFY", "TCS"}
    assert heard["get_quotes"]["quote"]["NSE"]["INFY"]["ltp"] > 0
    assert heard["get_depth"]["depth"]["NSE"]["INFY"]["buyBook"]["1"]["price"]


def test_unsubscribed_views_fall_silent_and_the_others_go_on(heard):
    assert heard["unsubscribed"] == [True, True]
    assert (heard["after unsubscribing"], heard["went on"] > 3) == ([], True)


def test_it_disconnects_in_time(heard):
    assert heard["disconnected after"] < 3


def test_a_wrong_key_is_told_at_once(heard):
    assert heard["refused"]["answer"] is False
    assert heard["refused"]["seconds"] < 2


def test_2_x_hears_of_orders_placed_over_the_api(heard):
    if heard["dialect"] != "2.x":
        assert "orders" not in heard
        return
    statuses = [update["order_status"] for update in heard["orders"]]
    assert (statuses[:2], statuses[-1]) == (["open", "cancelled"], "complete")
    assert {update["user_id"] for update in heard["orders"]} == {"owner"}
