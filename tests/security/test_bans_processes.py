"""The break-glass commands beside a running server and after it stopped, and automation in four processes at once."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.live import Live, live_server
from tests.security.test_bans_live import PATIENCE, seconds_until

pytestmark = pytest.mark.slow

ATTACKER, OTHER = "203.0.113.9", "203.0.113.77"  # who was let off once is on probation afterwards
PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for", "RATE_LIMITS": "off"}
PUNISH = "from security import bans; bans.punish('{}', reason='keys', scenario='bad-keys')"


@pytest.fixture(scope="module")
def server() -> Iterator[Live]:
    with live_server(PROXY, second_port=False) as server:
        yield server


def answers(server: Live, status: int, who: str = ATTACKER) -> Callable[[], bool]:
    return lambda: httpx.get(f"{server.base}/healthz", headers={"X-Forwarded-For": who}).status_code == status


def test_a_pause_opens_and_its_end_closes_a_running_server_in_time(server):
    server.manage("ban_ip", ATTACKER, "--reason", "fraud")
    assert seconds_until(answers(server, 403)) < PATIENCE
    server.manage("pause_bans", "--for", "5m")
    assert seconds_until(answers(server, 200)) < PATIENCE
    server.manage("pause_bans", "--resume")
    assert seconds_until(answers(server, 403)) < PATIENCE
    server.manage("unban_ip", "--all")


def test_an_entry_frees_at_a_running_server_in_time(server):
    server.manage("shell", "-c", PUNISH.format(OTHER))
    assert seconds_until(answers(server, 403, OTHER)) < PATIENCE
    server.manage("allow_ip", OTHER, "--note", "office")
    assert seconds_until(answers(server, 200, OTHER)) < PATIENCE
    assert json.loads(server.manage("explain_ip", OTHER, "--json").stdout)["verdict"] == "allow"
    server.manage("allow_ip", OTHER, "--remove")


STOPPED = (
    "ban_ip 203.0.113.9 --reason fraud --for permanent",
    "ban_ip 203.0.113.8 --reason fraud",
    "allow_ip 198.51.100.7 --note office",
    "ban_ip 198.51.100.0/24 --reason fraud --force",
    "unban_ip 203.0.113.8",
)


@pytest.fixture
def stopped() -> Iterator[Live]:
    """A server that ran and does not any more; commands that are typed on it find what it left."""
    with live_server(PROXY, second_port=False) as server:
        server.stop()
        yield server


def test_the_commands_work_on_a_stopped_server_and_hold_at_its_next_start(stopped):
    for line in STOPPED:
        stopped.manage(*line.split())
    assert json.loads(stopped.manage("explain_ip", ATTACKER, "--json").stdout)["verdict"] == "ban"
    with live_server(stopped.env, second_port=False) as again:
        asked = {who: answers(again, 200, who)() for who in (ATTACKER, "203.0.113.8", "198.51.100.7", "198.51.100.8")}
    assert list(asked.values()) == [False, True, True, False]


def test_a_pause_on_a_stopped_server_holds_at_its_next_start_until_it_is_ended(stopped):
    stopped.manage("ban_ip", ATTACKER, "--reason", "fraud")
    stopped.manage("pause_bans")
    with live_server(stopped.env, second_port=False) as again:
        assert answers(again, 200)()
        again.manage("pause_bans", "--resume")
        assert seconds_until(answers(again, 403)) < PATIENCE


def test_four_processes_that_ban_neighbours_at_once_widen_once(server):
    with ThreadPoolExecutor(4) as threads:
        for _ in threads.map(lambda n: server.manage("shell", "-c", PUNISH.format(f"2001:db8:1:{n}::/64")), range(4)):
            pass
    rows = json.loads(server.manage("list_bans", "--json").stdout)
    assert sorted(row["cidr"] for row in rows if row["scenario"] == "widened") == ["2001:db8:1::/56"]
    assert len(rows) == 5
    server.manage("unban_ip", "2001:db8:1::/56")
