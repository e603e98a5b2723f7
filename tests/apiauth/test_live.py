"""Keys on a running server: what the command line changes, the server obeys."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from tests.live import Live, live_server

pytestmark = pytest.mark.slow

READS_LEARN_WITHIN = 1.5  # seconds


@pytest.fixture(scope="module")
def server() -> Iterator[Live]:
    with live_server({"OWNER_PASSWORD": "correct horse battery staple", "RATE_LIMITS": "off"}) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture
def token(server: Live) -> str:
    return server.manage("issue_api_key", "owner", "--name", "live").stdout.strip()


def status(server: Live, token: str, call: str, **fields: str) -> int:
    return httpx.post(f"{server.base}/api/v1/{call}", json={"apikey": token, **fields}).status_code


def cancel(server: Live, token: str) -> int:
    return status(server, token, "cancelorder", strategy="test", orderid="none")


def wait_until(server: Live, token: str, wanted: int) -> float:
    """Seconds until a read answers so."""
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < 10 and status(server, token, "ping") != wanted:
        pass
    return elapsed


def test_a_key_from_the_command_line_opens_within_a_moment(server, token):
    assert wait_until(server, token, 200) < READS_LEARN_WITHIN


def test_a_revoked_key_stops_orders_at_once_and_reads_within_a_moment(server, token):
    wait_until(server, token, 200)
    assert cancel(server, token) != 403
    server.manage("revoke_api_key", token.split("_")[2])
    assert cancel(server, token) == 403
    assert wait_until(server, token, 403) < READS_LEARN_WITHIN


def test_a_rotated_key_and_its_successor_open_side_by_side(server, token):
    successor = server.manage("rotate_api_key", token.split("_")[2], "--overlap", "1h").stdout.strip()
    wait_until(server, successor, 200)
    assert (status(server, token, "ping"), status(server, successor, "ping")) == (200, 200)


def test_the_last_use_is_written_when_the_server_stops():
    with live_server({"OWNER_PASSWORD": "correct horse battery staple"}) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        token = live.manage("issue_api_key", "owner", "--name", "live").stdout.strip()
        wait_until(live, token, 200)
        live.stop()
        (facts,) = json.loads(live.manage("list_api_keys", "--json").stdout)
    assert (facts["uses"], facts["last_address"]) == (1, "127.0.0.1")
