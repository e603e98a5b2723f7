"""The break-glass commands beside a running server and after it stopped, and automation in four processes at once."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.live import Live, live_server, manage
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


def test_the_commands_work_on_a_stopped_server_and_hold_at_its_next_start():
    with live_server(PROXY, second_port=False) as server:
        env = server.env
        server.manage("ban_ip", ATTACKER, "--reason", "fraud", "--for", "permanent")
        server.process.terminate()
        server.process.wait(20)
        assert json.loads(manage("explain_ip", ATTACKER, "--json", env=env).stdout)["verdict"] == "ban"
        assert "Lifted" in manage("unban_ip", "--all", env=env).stdout
        manage("ban_ip", "198.51.100.9", "--reason", "fraud", env=env)
        assert [row["cidr"] for row in json.loads(manage("list_bans", "--json", env=env).stdout)] == ["198.51.100.9/32"]


def test_four_processes_that_ban_neighbours_at_once_widen_once(server):
    with ThreadPoolExecutor(4) as threads:
        for _ in threads.map(lambda n: server.manage("shell", "-c", PUNISH.format(f"2001:db8:1:{n}::/64")), range(4)):
            pass
    rows = json.loads(server.manage("list_bans", "--json").stdout)
    assert sorted(row["cidr"] for row in rows if row["scenario"] == "widened") == ["2001:db8:1::/56"]
    assert len(rows) == 5
    server.manage("unban_ip", "2001:db8:1::/56")
