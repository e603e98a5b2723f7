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


@pytest.mark.parametrize("step", ["market", "limit", "modified", "cancelled"])
def test_an_order_call_succeeds_on_paper(answers, step):
    assert (answers[step]["status"], answers[step]["mode"]) == ("success", "analyze")
    assert answers[step]["orderid"].isdigit()


def test_an_order_is_changed_and_cancelled(answers):
    assert (answers["open"]["data"]["quantity"], answers["open"]["data"]["price"]) == (3, 901)
    assert (answers["open"]["data"]["order_status"], answers["over"]["data"]["order_status"]) == ("open", "cancelled")


@pytest.mark.parametrize(
    "call", ["orderbook", "tradebook", "positionbook", "openposition", "funds", "quotes", "symbol", "search", "analyzerstatus"]
)
def test_a_look_succeeds(answers, call):
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


def test_a_frame_that_is_not_served_is_an_error_and_no_crash(answers):
    assert answers["unserved frame"]["status"] == "error"


def test_a_wrong_key_reads_as_programs_expect(answers):
    assert "Invalid openalgo apikey" in answers["wrong key"]["message"]


def test_a_host_may_end_in_a_slash(answers):
    assert answers["slashed host"]["data"]["ltp"] > 0
