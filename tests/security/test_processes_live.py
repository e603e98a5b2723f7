"""Two processes on one database: an operator of the one sees, counts and closes what the other holds open."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count

import httpx
import pytest

from tests.browsing import Browser, browser
from tests.conftest import PASSWORD
from tests.listener import Listener, listening, program
from tests.live import Live, live_server
from tests.security.test_bans_live import PATIENCE, seconds_until

pytestmark = pytest.mark.slow

ATTACKER = "203.0.113.9"
SETTINGS = {"OWNER_PASSWORD": PASSWORD, "TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
SOCKETS, DISCONNECT = "/security/sockets/", "/security/sockets/disconnect/"
numbers = count(1)
SEEN = 4.0  # seconds: a beat to be written, one to be read, on a machine that runs other tests


@pytest.fixture(scope="module")
def first() -> Iterator[Live]:
    with live_server(SETTINGS | {"RATE_LIMITS": "off"}) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture(scope="module")
def second(first) -> Iterator[Live]:
    with live_server({**first.env}) as live:
        yield live


@pytest.fixture(scope="module")
def token(first) -> str:
    issued: str = first.manage("issue_api_key", "owner", "--name", "live").stdout.strip()
    return issued


@pytest.fixture(scope="module")
def operator(first) -> Iterator[Browser]:
    with browser(first.base) as visitor:
        visitor.log_in()
        yield visitor


@pytest.fixture
def home() -> str:
    """An address that no other test of these servers calls from: what has gone may be listed for a second."""
    return f"198.51.100.{next(numbers)}"


@pytest.fixture
def both(first, second, token, home) -> Iterator[list[Listener]]:
    """A program's socket in either process, from one address."""
    headers = {"X-Forwarded-For": home}
    with ExitStack() as stack:
        yield [stack.enter_context(program(live.ws, token, additional_headers=headers)) for live in (first, second)]


def listed(operator: Browser, home: str) -> list[str]:
    """The ids of an address's sockets on the first process's page."""
    return re.findall(r'name="id"\s+value="(\w+)"', operator.get(f"{SOCKETS}?q={home}").text)


def shows(operator: Browser, home: str, *, most: int) -> Callable[[], bool]:
    return lambda: len(listed(operator, home)) == most


def promptly(call: Callable[[], object], listeners: list[Listener]) -> list[int]:
    """How each was closed after that, in time."""
    call()
    began = time.monotonic()
    codes = [each.code() for each in listeners]
    assert time.monotonic() - began < PATIENCE
    return codes


def test_sockets_of_both_processes_are_listed_and_closed_by_address(operator, both, home):
    assert seconds_until(shows(operator, home, most=2)) < SEEN
    assert promptly(lambda: operator.send(DISCONNECT, address=home), both) == [4410, 4410]


def test_a_single_socket_of_the_other_process_is_closed(operator, second, token, home):
    with program(second.ws, token, additional_headers={"X-Forwarded-For": home}) as listener:
        seconds_until(shows(operator, home, most=1))
        (found,) = listed(operator, home)
        assert promptly(lambda: operator.send(DISCONNECT, id=found), [listener]) == [4410]


def test_a_process_that_is_killed_holds_nothing_after_a_while(operator, first, token, home):
    with live_server({**first.env}) as third, ExitStack() as stack:
        listener = program(third.ws or "", token, additional_headers={"X-Forwarded-For": home})
        stack.enter_context(listener)
        seconds_until(shows(operator, home, most=1))
        third.process.kill()
        assert seconds_until(shows(operator, home, most=0)) < 20


def test_the_counters_are_those_of_both_processes(operator, first, second, both):
    with operator.listen(first.base) as watcher:
        watcher.ask("subscribe_counters", action="subscribe_counters")
        while (found := watcher.frame("counters")["data"])["sockets"] < 3 or found["processes"] < 2:
            pass
        tried = [httpx.get(f"{live.base}/wp-login.php", headers={"X-Forwarded-For": ATTACKER}) for live in (first, second)]
        began = time.monotonic()
        while watcher.frame("counters")["data"]["probes"] < 2:
            assert time.monotonic() - began < SEEN
    assert [answer.status_code for answer in tried] == [404, 404]


def test_they_move_every_second(operator, first):
    with operator.listen(first.base) as watcher:
        watcher.ask("subscribe_counters", action="subscribe_counters")
        watcher.frame("counters")
        began = time.monotonic()
        for _ in range(3):
            watcher.frame("counters")
        assert 2.5 < time.monotonic() - began < 4.5


def test_a_stranger_at_the_door_is_seen_too(operator, second, home):
    with listening(second.base.replace("http", "ws") + "/ws", additional_headers={"X-Forwarded-For": home}):
        assert seconds_until(shows(operator, home, most=1)) < SEEN
