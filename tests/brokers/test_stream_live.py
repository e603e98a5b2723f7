"""Sockets on running servers: two processes on one database, and what happens in one closes sockets in both."""

import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import pairwise

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.browsing import Browser, browser
from tests.conftest import PASSWORD
from tests.listener import Listener, listening, program
from tests.live import Live, live_server
from tests.paper_clock import daytime

pytestmark = pytest.mark.slow

INFY = {"symbol": "INFY", "exchange": "NSE"}
PATIENCE = 1.5  # seconds; three times what is promised, on a machine that runs other tests
HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
PING = 0x89  # the first byte of such a frame
ATTACKER = "203.0.113.9"
SETTINGS = {
    "OWNER_PASSWORD": PASSWORD, "RATE_LIMITS": "off", "PAPER_CLOCK": daytime(),
    "TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for",
}  # fmt: skip


@pytest.fixture(scope="module")
def first() -> Iterator[Live]:
    with live_server(SETTINGS) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture(scope="module")
def second(first) -> Iterator[Live]:
    with live_server({**first.env}) as live:
        yield live


@pytest.fixture
def token(first) -> str:
    issued: str = first.manage("issue_api_key", "owner", "--name", "live").stdout.strip()
    return issued


@pytest.fixture
def both(first, second, token) -> Iterator[list[Listener]]:
    """A program's socket in either process, on either port."""
    with ExitStack() as stack:
        doors = (first.base.replace("http", "ws") + "/ws", second.ws or "")
        yield [stack.enter_context(program(door, token)) for door in doors]


@pytest.fixture
def handshake():
    """Opens a socket by hand, and hands it over behind the server's answer."""

    @contextmanager
    def opened(url: str) -> Iterator[socket.socket]:
        where = httpx.URL(url)
        with socket.create_connection((where.host, where.port or 80), timeout=10) as line:
            line.sendall(HANDSHAKE)
            answer = b""
            while not answer.endswith(b"\r\n\r\n"):
                answer += line.recv(1)
            yield line

    return opened


def codes_after(call, listeners: list[Listener]) -> list[int]:
    """How each was closed after that; fails when it took longer than promised."""
    call()
    began = time.monotonic()
    codes = [listener.code() for listener in listeners]
    assert time.monotonic() - began < PATIENCE
    return codes


@pytest.fixture
def visitor(first) -> Iterator[Browser]:
    with browser(first.base) as visitor:
        visitor.log_in()
        yield visitor


def test_ticks_come_every_second_on_both_ports(both):
    for listener in both:
        listener.say(action="subscribe", **INFY, mode=1)
        times = [listener.frame("market_data")["data"]["timestamp"] for _ in range(4)]
        assert max(later - sooner for sooner, later in pairwise(times)) < 1500


def test_the_same_second_has_the_same_price_in_both_processes(both):
    prices: list[dict[int, float]] = [{}, {}]
    for listener in both:
        listener.say(action="subscribe", **INFY, mode=1)
    for seen, listener in zip(prices, both, strict=True):
        for _ in range(4):
            data = listener.frame("market_data")["data"]
            seen[data["timestamp"] // 1000] = data["ltp"]
    common = prices[0].keys() & prices[1].keys()
    assert common
    assert all(prices[0][second] == prices[1][second] for second in common)


def test_a_revoked_key_loses_its_sockets_everywhere(first, both, token):
    assert codes_after(lambda: first.manage("revoke_api_key", token.split("_")[2]), both) == [4401, 4401]


def test_a_key_rotated_without_overlap_loses_them_too(first, both, token):
    assert codes_after(lambda: first.manage("rotate_api_key", token.split("_")[2], "--overlap", "now"), both) == [4401, 4401]


def test_a_ban_closes_sockets_everywhere(first, second, token):
    headers = {"X-Forwarded-For": ATTACKER}
    with ExitStack() as stack:
        doors = [stack.enter_context(program(live.ws or "", token, additional_headers=headers)) for live in (first, second)]
        assert codes_after(lambda: first.manage("ban_ip", ATTACKER, "--reason", "fraud"), doors) == [4403, 4403]
    first.manage("unban_ip", ATTACKER)


def test_an_order_placed_in_one_process_is_heard_of_in_the_other(first, both, token):
    ack = [listener.ask(action="subscribe_orders")["status"] for listener in both]
    order = {"apikey": token, "strategy": "t", **INFY, "action": "BUY", "quantity": 1, "product": "CNC"}
    placed = httpx.post(f"{first.base}/api/v1/placeorder", json=order).json()
    began = time.monotonic()
    heard = [listener.frame("order_update") for listener in both]
    assert (ack, time.monotonic() - began < PATIENCE) == (["success", "success"], True)
    assert {update["orderid"] for update in heard} == {placed["orderid"]}


def test_a_page_listens_by_its_session_until_the_logout(first, second, visitor):
    with visitor.listen(first.base) as one, visitor.listen(second.base) as two:
        assert [each.frame()["type"] for each in (one, two)] == ["auth", "auth"]
        assert codes_after(lambda: visitor.send("/logout/"), [one, two]) == [4401, 4401]


@pytest.mark.parametrize("origin", ["http://evil.example", None])
def test_another_sites_page_gets_403(first, visitor, origin):
    with pytest.raises(InvalidStatus, match="403"), visitor.listen(first.base, origin=origin):
        pass


def test_a_message_of_64_kib_is_read_and_a_longer_one_closes(first, token):
    with program(first.ws or "", token) as listener:
        assert listener.ask(action="ping", timestamp="x" * 65_000)["type"] == "pong"
        listener.say(action="ping", timestamp="x" * 66_000)
        assert listener.code() == 1009


def test_ten_wrong_keys_ban_a_stranger(first):
    headers = {"X-Forwarded-For": "203.0.113.77"}
    for number in range(10):
        with listening(first.ws or "", additional_headers=headers) as listener:
            listener.say(action="authenticate", api_key=f"wrong {number}")
            listener.code()
    with pytest.raises(InvalidStatus, match="403"), listening(first.ws or "", additional_headers=headers):
        pass


def test_sigterm_closes_open_sockets_and_does_not_wait_for_them():
    with (
        live_server(SETTINGS) as live,
        listening(live.ws or "") as one,
        listening(live.base.replace("http", "ws") + "/ws") as two,
    ):
        one.ask(action="ping")
        two.ask(action="ping")
        began = time.monotonic()
        live.process.terminate()
        assert {one.code(), two.code()} == {1012}
        assert (live.process.wait(20), time.monotonic() - began < 4) == (0, True)


def test_the_server_pings_every_20_seconds(first, token, handshake):
    """Read from the wire: the library answers pings without a word."""
    key = json.dumps({"action": "auth", "api_key": token}).encode()
    with handshake(first.ws) as line:
        line.sendall(bytes([0x81, 0x80 | 126, *len(key).to_bytes(2), 0, 0, 0, 0]) + key)
        assert b'"success"' in line.recv(4096)
        line.settimeout(25)
        assert line.recv(1)[0] == PING
