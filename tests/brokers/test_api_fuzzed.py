"""Schemathesis against a real server: whatever it invents, only what the description says comes back."""

import os
import subprocess
import sys

import pytest

from tests.brokers.test_api_door import SERVED, SERVED_LOOKS
from tests.live import ROOT
from tests.owned import owned_server
from tests.paper_clock import daytime

pytestmark = pytest.mark.slow

EXAMPLES = 60
TESTED = len(SERVED) + len(SERVED_LOOKS)
# A well-formed order for an unknown symbol is rightly refused.
LEFT_OUT = "positive_data_acceptance"
HOOKS = {"PYTHONWARNINGS": "", "PYTHONPATH": str(ROOT), "SCHEMATHESIS_HOOKS": "tests.brokers.fuzz_hooks"}
ORDERS = "from brokers.models import JournalEntry; print(JournalEntry.objects.count())"


@pytest.fixture
def server():
    with owned_server({"RATE_LIMITS": "off", "PAPER_CLOCK": daytime()}) as owned:
        yield owned


def fuzz(server, folder, *options: str, key: str = "") -> str:
    done = subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "run", f"{server.base}/api/v1/openapi.json", "--no-color",
            f"--max-examples={EXAMPLES}", f"--exclude-checks={LEFT_OUT}", "--generation-deterministic", *options,
        ],
        cwd=folder, env=os.environ | HOOKS | {"FUZZ_KEY": key}, text=True, capture_output=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("header", ["X-API-KEY: {}", "Authorization: Bearer {}"])
def test_with_a_valid_key_only_documented_answers_come_back(server, tmp_path, header):
    said = fuzz(server, tmp_path, "--header", header.format(server.token), key=server.token)
    assert f"Tested: {TESTED}" in said
    assert int(server.live.manage("shell", "-v", "0", "-c", ORDERS).stdout) > 0


@pytest.mark.parametrize("options", [["--header", "X-API-KEY: oa_live_wrong"], []], ids=["wrong", "invented"])
def test_with_an_invalid_key_only_documented_answers_come_back(server, tmp_path, options):
    assert f"Tested: {TESTED}" in fuzz(server, tmp_path, *options)
