"""A ban given in one process holds in another that serves."""

import time
from collections.abc import Callable

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from security.asgi import REFUSALS_PER_CONNECTION
from tests.live import Live, live_server, manage

pytestmark = pytest.mark.slow

ATTACKER = "203.0.113.9"
OTHER = "198.51.100.7"
PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for", "RATE_LIMITS": "off"}
PATIENCE = 1.5  # seconds; three times what is promised, on a machine that runs other tests


@pytest.fixture(scope="module")
def server():
    with live_server(PROXY) as server:
        yield server


def status(server: Live, who: str = ATTACKER) -> int:
    return httpx.get(f"{server.base}/healthz", headers={"X-Forwarded-For": who}).status_code


def seconds_until(truth: Callable[[], bool]) -> float:
    """How long it took to become true; each look waits for an answer, none sleeps."""
    started = time.monotonic()
    while not truth():
        assert time.monotonic() - started < 30
    return time.monotonic() - started


def test_a_ban_and_its_end_reach_a_running_server_in_time(server):
    assert status(server) == 200
    server.manage("ban_ip", ATTACKER, "--reason", "fraud")
    assert seconds_until(lambda: status(server) == 403) < PATIENCE
    server.manage("unban_ip", ATTACKER)
    assert seconds_until(lambda: status(server) == 200) < PATIENCE


def test_an_import_reaches_a_running_server_in_time(server, tmp_path):
    (tmp_path / "bans").write_text(f"cidr\n{ATTACKER}\n203.0.113.10\n")
    server.manage("import_bans", str(tmp_path / "bans"))
    assert seconds_until(lambda: status(server) == status(server, "203.0.113.10") == 403) < PATIENCE
    server.manage("unban_ip", "--origin", "import")
    assert seconds_until(lambda: status(server) == 200) < PATIENCE


def test_others_behind_the_same_proxy_go_on(server):
    server.manage("ban_ip", ATTACKER, "--reason", "fraud")
    seconds_until(lambda: status(server) == 403)
    assert (status(server, OTHER), status(server, f"{ATTACKER}, {OTHER}")) == (200, 200)
    server.manage("unban_ip", ATTACKER)


def test_a_ban_reaches_a_second_process_on_the_same_data(server):
    with live_server({**server.env}) as second:
        server.manage("ban_ip", ATTACKER, "--reason", "fraud")
        assert seconds_until(lambda: status(second) == 403) < PATIENCE
        server.manage("unban_ip", ATTACKER)


def test_refusals_keep_the_connection_for_many_and_close_it_then(server):
    server.manage("ban_ip", ATTACKER, "--reason", "fraud")
    seconds_until(lambda: status(server) == 403)
    with httpx.Client(headers={"X-Forwarded-For": ATTACKER}) as client:
        answers = [client.get(f"{server.base}/") for _ in range(REFUSALS_PER_CONNECTION)]
    server.manage("unban_ip", ATTACKER)
    assert [answer.headers.get("connection") for answer in answers].count("close") == 1


def test_a_ban_outlives_a_restart(server):
    server.manage("ban_ip", ATTACKER, "--reason", "fraud")
    with live_server({**server.env}) as restarted:
        assert status(restarted) == 403
    server.manage("unban_ip", ATTACKER)


def test_a_bad_proxy_setting_stops_serve_with_a_sentence(server):
    done = manage("serve", env={**server.env, "TRUSTED_PROXIES": "0.0.0.0/0"}, check=False)
    assert done.returncode != 0
    assert "TRUSTED_PROXIES: 0.0.0.0/0 is wider than /8" in done.stderr


def test_a_banned_handshake_is_refused_with_403(server):
    server.manage("ban_ip", ATTACKER, "--reason", "fraud")
    seconds_until(lambda: status(server) == 403)
    for url in (server.ws, server.base.replace("http", "ws") + "/ws"):
        with pytest.raises(InvalidStatus, match="403"), connect(url, additional_headers={"X-Forwarded-For": ATTACKER}):
            pass
    server.manage("unban_ip", ATTACKER)
