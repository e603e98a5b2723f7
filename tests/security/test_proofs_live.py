"""Real processes on one database: whoever proved themselves to one is only slowed by the others, and after a restart."""

import json
import time

import httpx
import pytest

from tests.conftest import PASSWORD
from tests.live import Live, live_server

pytestmark = pytest.mark.slow

HOME, TRAIN = "203.0.113.201", "203.0.113.202"
PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for", "OWNER_PASSWORD": PASSWORD}
PATIENCE = 10.0  # seconds; each look is a command's whole life


def ping(live: Live, key: str, *, who: str) -> int:
    return httpx.post(f"{live.base}/api/v1/ping", json={"apikey": key}, headers={"X-Forwarded-For": who}).status_code


def explained(live: Live, who: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(live.manage("explain_ip", who, "--json").stdout)
    return found


def guess(live: Live, *, who: str) -> str:
    """What ten bad keys bring somebody."""
    for number in range(10):
        ping(live, f"guess number {number}", who=who)
    return explained(live, who)["verdict"]


def wait_until_written(live: Live, who: str) -> None:
    until = time.monotonic() + PATIENCE
    while not explained(live, who)["never_bannable"]:
        assert time.monotonic() < until


def test_a_key_spares_all_its_addresses_in_every_process_and_after_a_restart():
    with live_server(PROXY, second_port=False) as first, live_server(first.env, second_port=False) as second:
        first.manage("create_owner", "owner", "owner@example.com")
        key = first.manage("issue_api_key", "owner", "--name", "robot").stdout.strip()
        assert [ping(first, key, who=who) for who in (HOME, TRAIN)] == [200, 200]
        wait_until_written(first, TRAIN)
        assert [guess(second, who=who) for who in (HOME, "203.0.113.9")] == ["throttle", "ban"]
        second.end()
        with live_server(first.env, second_port=False) as restarted:
            assert guess(restarted, who=TRAIN) == "throttle"


def test_a_process_that_stops_writes_down_whom_it_recognised():
    with live_server(PROXY, second_port=False) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        key = live.manage("issue_api_key", "owner", "--name", "robot").stdout.strip()
        assert ping(live, key, who=HOME) == 200
        live.stop()
        assert "live within 24 h" in explained(live, HOME)["never_bannable"]
