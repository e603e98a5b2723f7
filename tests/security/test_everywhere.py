"""A ban, lift, revocation, logout or disconnect in one of four processes holds in the others, whatever their Redis does."""

import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from typing import Any

import pytest

from tests.browsing import Browser, browser
from tests.fleet import Door, Fleet, Spread, fleet, until
from tests.listener import program
from tests.live import Live
from tests.redis_server import RedisServer, redis_server

pytestmark = pytest.mark.slow

ROUNDS = 5
PROMISED = {"runs": 0.5, "hangs": 1.0, "is stopped": 1.0}  # seconds, by what Redis does
PATIENCE = 3  # times as long, on a machine that runs other tests
ATTACKER = {"X-Forwarded-For": "203.0.113.9"}
OPERATOR = {"X-Forwarded-For": "198.51.100.7"}
SETTINGS = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for", "RATE_LIMITS": "off"}
BAN = {"address": ATTACKER["X-Forwarded-For"], "reason": "fraud", "duration": "24h"}
LIFT = {"cidr": "203.0.113.9/32"}
STREAMING = ("read", "stream")
numbers = count(1)
PAGE, PING = "/account/password/", "/api/v1/ping"


@pytest.fixture(scope="module")
def store() -> Iterator[RedisServer]:
    with redis_server() as server:
        server.start()
        yield server


@pytest.fixture(scope="module")
def street(engine, store) -> Iterator[Fleet]:
    with fleet(SETTINGS | {"REDIS_URL": store.url}) as ships:
        yield ships


@pytest.fixture(scope="module", params=PROMISED)
def state(request, street, store) -> str:
    """What Redis does from now on, after each process has listened to it."""
    store.stop()
    store.start()
    store.wait_for_listeners(len(street.ships))
    {"runs": lambda: None, "hangs": store.freeze, "is stopped": store.stop}[request.param]()
    return str(request.param)


@pytest.fixture
def operator(street) -> Iterator[Browser]:
    with browser(headers=OPERATOR) as visitor:
        visitor.log_in(street.ships[0].base)
        yield visitor


@pytest.fixture
def holds(engine, state, capsys) -> Callable[[str, Spread], bool]:
    """Whether all was in time; says how long it took."""

    def told(act: str, spread: Spread) -> bool:
        with capsys.disabled():
            sys.stdout.write(f"\n{act} on {engine}, Redis {state}: {spread}")
        return spread.longest < PATIENCE * PROMISED[state]

    return told


def programs(servers: list[Live], token: str, **options: Any) -> list[Door]:
    return [program(each.base.replace("http", "ws") + "/ws", token, **options) for each in servers]


def pages(servers: list[Live], visitor: Browser, **options: Any) -> list[Door]:
    return [visitor.listen(each.base, **options) for each in servers]


def test_a_ban_and_its_lift_hold_everywhere(street, operator, state, holds):
    bans, lifts, first = Spread(), Spread(), street.ships[0].base
    token = operator.issue_key(f"watched while it {state}", base=first, scopes=STREAMING)
    until(street.answer(street.ships, PING, 200, json={"apikey": token}))
    for number in range(ROUNDS):
        acting, others = street.parted(number)
        doors = programs(others, token, additional_headers=ATTACKER) + pages(others, operator, additional_headers=ATTACKER)
        looks = [street.answer(others, "/healthz", status, headers=ATTACKER) for status in (403, 200)]
        bans.follow(partial(operator.send, f"{acting.base}/security/", **BAN), looks=looks[0], doors=doors)
        lifts.follow(partial(operator.send, f"{acting.base}/security/lift/", **LIFT), looks=looks[1])
    assert (holds("A ban", bans), holds("A lift", lifts), bans.codes) == (True, True, {4403})


def test_a_revocation_holds_everywhere(street, operator, state, holds):
    spread = Spread()
    for number in range(ROUNDS):
        acting, others = street.parted(number)
        token = operator.issue_key(f"key {number} while it {state}", base=acting.base, scopes=STREAMING)
        home = {"X-Forwarded-For": f"192.0.2.{next(numbers)}"}  # ten keys that are not known yet would throttle one address
        opened, closed = (street.answer(others, PING, status, json={"apikey": token}, headers=home) for status in (200, 403))
        until(opened)
        page = f"{acting.base}/keys/{token.split('_')[2]}/revoke/"
        spread.follow(partial(operator.send, page), looks=closed, doors=programs(others, token))
    assert (holds("A revocation", spread), spread.codes) == (True, {4401})


def test_a_logout_holds_everywhere(street, holds):
    spread = Spread()
    for number in range(ROUNDS):
        acting, others = street.parted(number)
        with browser(headers=OPERATOR) as visitor:
            visitor.log_in(acting.base)
            until(street.answer(others, PAGE, 200, headers={"Cookie": visitor.cookie}))
            looks = street.answer(others, PAGE, 302, headers={"Cookie": visitor.cookie})
            spread.follow(partial(visitor.send, f"{acting.base}/logout/"), looks=looks, doors=pages(others, visitor))
    assert (holds("A logout", spread), spread.codes) == (True, {4401})


def test_a_disconnect_holds_everywhere(street, operator, state, holds):
    spread = Spread()
    token = operator.issue_key(f"held while it {state}", base=street.ships[0].base, scopes=STREAMING)
    until(street.answer(street.ships, PING, 200, json={"apikey": token}))
    for _ in range(ROUNDS):
        number = next(numbers)
        acting, others = street.parted(number)
        home = f"192.0.2.{number}"
        doors = programs(others, token, additional_headers={"X-Forwarded-For": home})
        spread.follow(partial(disconnect, operator, acting, home, held=len(doors)), looks=[], doors=doors)
    assert (holds("A disconnect", spread), spread.codes) == (True, {4410})


def disconnect(operator: Browser, acting: Live, home: str, *, held: int) -> None:
    """As soon as the page shows what the other processes hold."""
    page = f"{acting.base}/security/sockets/"
    until([lambda: operator.get(f"{page}?q={home}").text.count('name="id"') == held])
    operator.send(f"{page}disconnect/", address=home)
