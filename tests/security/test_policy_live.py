"""A policy changed beside two running servers holds in both within half a second, without a restart."""

import time
from collections.abc import Iterator

import httpx
import pytest

from tests.live import Live, start
from tests.owned import Owned, owned_server

pytestmark = pytest.mark.slow

PROMISED = 0.5  # seconds
CHANGE = """
import time
from security import policy
from security.actors import COMMAND_LINE
policy.change({"rates": {"api": (7, 1)}}, by=COMMAND_LINE)
print("committed", time.time())
"""


@pytest.fixture
def first() -> Iterator[Owned]:
    with owned_server() as owned:
        yield owned


@pytest.fixture
def second(first) -> Iterator[Live]:
    """Another process on the same data."""
    live = start(first.live.env, "manage.py", "serve", "--port", "0", "--ws-port", "0")
    try:
        live.base = live.wait_for(r"on (http://\S+)")[1]
        yield live
    finally:
        live.end()


def limit(base: str, token: str) -> str:
    return httpx.post(f"{base}/api/v1/ping", json={"apikey": token}).headers["RateLimit-Limit"]


def test_a_changed_rate_holds_in_every_process_in_time(first, second):
    bases = {first.base, second.base}
    assert {limit(base, first.token) for base in bases} == {"60"}
    change = start(first.live.env, "manage.py", "shell", "-c", CHANGE)
    committed = float(change.wait_for(r"committed ([\d.]+)")[1])
    late = 0.0
    while {limit(base, first.token) for base in bases} != {"7"}:
        late = time.time() - committed
        assert late < 30
    change.end()
    assert late < PROMISED
