"""The published `openalgo` package, unmodified, drives a real server: 1.x and 2.x."""

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.owned import owned_server
from tests.paper_clock import daytime

pytestmark = pytest.mark.slow

# Interpreters that have the package: it bears our package's name, so it never shares an environment with us.
INTERPRETERS = {
    "1.0.47": ("OPENALGO_CLIENT_PYTHON_1", r"1\.0\.47 on 3\.11\."),
    "2.x": ("OPENALGO_CLIENT_PYTHON_2", r"2\.\S+ on 3\.(1[2-9]|[2-9]\d)\."),
}
DRIVE = Path(__file__).with_name("drive.py")


def interpreter(variable: str) -> str:
    found = os.environ.get(variable, "")
    if not found:
        missing = f"{variable} names no interpreter that has the openalgo package"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    return found


@pytest.fixture(scope="module", params=list(INTERPRETERS.values()), ids=list(INTERPRETERS))
def answers(request, tmp_path_factory):
    variable, promised = request.param
    python = interpreter(variable)
    with owned_server({"PAPER_CLOCK": daytime()}) as server:
        done = subprocess.run(
            [python, DRIVE],
            cwd=tmp_path_factory.mktemp("elsewhere"),
            env={"OPENALGO_HOST": server.base, "OPENALGO_KEY": server.token, "PATH": os.environ["PATH"]},
            text=True, capture_output=True, timeout=120, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout) | {"promised": promised}


def test_it_is_the_promised_version(answers):
    assert re.match(answers["promised"], answers["driven by"])


PLACED = ("market", "limit", "modified", "cancelled", "SL", "SL-M", "NRML", "placesmartorder", "smart down")


@pytest.mark.parametrize("step", PLACED)
def test_an_order_call_succeeds_on_paper(answers, step):
    assert (answers[step]["status"], answers[step]["mode"]) == ("success", "analyze")
    assert answers[step]["orderid"].isdigit()


def test_an_order_is_changed_and_cancelled(answers):
    assert (answers["open"]["data"]["quantity"], answers["open"]["data"]["price"]) == (3, 901)
    assert (answers["open"]["data"]["order_status"], answers["over"]["data"]["order_status"]) == ("open", "cancelled")


LOOKS = (
    "orderbook", "tradebook", "positionbook", "openposition", "funds", "holdings", "margin", "analyzerstatus", "holidays",
    "holidays of a year", "timings", "timings of a day", "quotes", "multiquotes", "depth", "intervals", "symbol", "search",
    "expiry", "optionsymbol", "optionchain", "cancelallorder", "basketorder", "splitorder", "closeposition", "smart again",
)  # fmt: skip


@pytest.mark.parametrize("call", LOOKS)
def test_a_call_succeeds(answers, call):
    assert answers[call]["status"] == "success", answers[call]


def test_the_books_show_the_orders(answers):
    assert [row["order_status"] for row in answers["orderbook"]["data"]["orders"]] == ["rejected", "cancelled", "complete"]
    assert [row["orderid"] for row in answers["tradebook"]["data"]] == [answers["market"]["orderid"]]


def test_the_position_is_what_was_bought(answers):
    assert answers["openposition"]["quantity"] == 2
    assert [row["quantity"] for row in answers["positionbook"]["data"]] == [2]


def test_the_funds_are_numbers_that_add_up(answers):
    funds = answers["funds"]["data"]
    assert funds["availablecash"] + funds["utiliseddebits"] == pytest.approx(10_000_000)


def test_paper_is_where_a_new_user_stays(answers):
    assert answers["to paper"]["data"]["analyze_mode"] is True
    assert (answers["to live"]["status"], answers["to live"]["code"]) == ("error", 400)


@pytest.mark.parametrize(
    ("step", "code"),
    [("uncovered", 400), ("unknown symbol", 400), ("unknown order", 404), ("wrong key", 403), ("unserved", 501)],
)
def test_a_refusal_reaches_the_program_with_its_code(answers, step, code):
    assert (answers[step]["status"], answers[step]["code"]) == ("error", code)


def test_a_wrong_key_reads_as_programs_expect(answers):
    assert "Invalid openalgo apikey" in answers["wrong key"]["message"]


def test_a_host_may_end_in_a_slash(answers):
    assert answers["slashed host"]["data"]["ltp"] > 0


def test_stops_wait_until_all_is_cancelled(answers):
    assert answers["waiting"]["data"]["order_status"] == "trigger pending"
    assert sorted(answers["cancelallorder"]["canceled_orders"]) == sorted(answers[kind]["orderid"] for kind in ("SL", "SL-M"))


def test_a_smart_order_moves_to_its_target_and_no_further(answers):
    assert "orderid" not in answers["smart again"]
    assert answers["smart position"]["quantity"] == 2


def test_a_basket_buys_first_and_answers_in_its_order(answers):
    assert [row["status"] for row in answers["basketorder"]["results"]] == ["success", "success", "error"]


def test_a_basket_of_which_nothing_went_through_says_why(answers):
    nothing = answers["basket of nothing"]
    assert (nothing["status"], nothing["code"], "NOSUCH" in nothing["message"]) == ("error", 200, True)


def test_a_split_order_has_children(answers):
    assert [row["quantity"] for row in answers["splitorder"]["results"]] == [2, 2, 1]


def test_closing_leaves_nothing_open(answers):
    assert answers["closeposition"]["failed_closures"] == {}
    assert {row["quantity"] for row in answers["positions at last"]["data"]} == {0}


CANDLE = {"open", "high", "low", "close", "volume", "oi"}


def test_days_are_stamped_at_midnight_without_a_zone(answers):
    days = answers["history by day"]
    assert ({*days["columns"]}, days["zone"], days["start"][10:]) == (CANDLE, "None", " 00:00:00")


def test_minutes_are_indias(answers):
    minutes = answers["history by minute"]
    assert ({*minutes["columns"]}, minutes["zone"], minutes["rows"] > 100) == (CANDLE, "Asia/Kolkata", True)


def test_instruments_come_as_frames(answers):
    nse, everything = answers["instruments"], answers["all instruments"]
    assert {"symbol", "exchange", "token", "expiry", "strike", "lotsize", "instrumenttype", "tick_size"} <= {*nse["columns"]}
    assert 20 < nse["rows"] < everything["rows"]


def test_an_option_chain_stands_about_the_money(answers):
    chain = answers["optionchain"]
    assert [row["ce"]["label"] for row in chain["chain"]][2:5] == ["ITM1", "ATM", "OTM1"]


def test_many_quotes_come_at_once(answers):
    assert [row["data"]["ltp"] > 0 for row in answers["multiquotes"]["results"]] == [True] * 3
