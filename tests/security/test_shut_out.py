"""A guesser at a running server: named by the proxy, banned by the tenth key, refused before Django; others go on."""

from collections.abc import Iterator, Mapping

import httpx
import pytest

from tests.live import Live, live_server

pytestmark = pytest.mark.slow

OWNER = {"OWNER_PASSWORD": "correct horse battery staple"}
PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
GUESSER, SCANNER, CUSTOMER, PROGRAM = ({"X-Forwarded-For": f"203.0.113.{number}"} for number in (9, 77, 200, 201))


@pytest.fixture(scope="module")
def proxied() -> Iterator[Live]:
    with live_server({**OWNER, **PROXY}) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture
def direct() -> Iterator[Live]:
    with live_server(OWNER) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture
def web() -> Iterator[httpx.Client]:
    with httpx.Client() as opened:
        yield opened


def token(live: Live) -> str:
    return live.manage("issue_api_key", "owner", "--name", "t").stdout.strip()


def ping(web: httpx.Client, live: Live, key: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
    return web.post(f"{live.base}/api/v1/ping", json={"apikey": key}, headers=headers)


def guess(web: httpx.Client, live: Live, headers: Mapping[str, str]) -> set[str]:
    return {ping(web, live, f"wrong-{number}", headers).json()["message"] for number in range(10)}


def scan(web: httpx.Client, live: Live, headers: Mapping[str, str], *, times: int = 20, under: str = "/") -> set[int]:
    return {web.get(f"{live.base}{under}{'x' * (number + 1)}", headers=headers).status_code for number in range(times)}


def health(web: httpx.Client, live: Live, headers: Mapping[str, str]) -> int:
    return web.get(f"{live.base}/healthz", headers=headers).status_code


def test_ten_guesses_shut_out_the_guesser_alone(proxied, web):
    assert guess(web, proxied, GUESSER) == {"Invalid openalgo apikey"}
    refused = ping(web, proxied, token(proxied), GUESSER)
    assert (refused.status_code, "suspended" in refused.text) == (403, True)
    assert "content-security-policy" not in refused.headers
    assert ping(web, proxied, token(proxied), CUSTOMER).status_code == 200


def test_a_burst_of_unknown_paths_shuts_out_until_a_command_lets_in_again(proxied, web):
    assert scan(web, proxied, SCANNER) == {404, 403}
    assert health(web, proxied, SCANNER) == 403
    proxied.manage("unban_ip", "203.0.113.77")
    assert 200 in (health(web, proxied, SCANNER) for _ in range(1000))


def test_guesses_straight_from_loopback_ban_nobody_and_the_header_moves_nothing(direct, web):
    assert guess(web, direct, GUESSER) == {"Invalid openalgo apikey"}
    assert ping(web, direct, token(direct)).status_code == 200
    assert ping(web, direct, token(direct), GUESSER).status_code == 200


def test_a_scan_of_a_throttled_loopback_never_slows_the_owners_key(direct, web):
    key = token(direct)
    assert scan(web, direct, {}, times=60) == {404, 429}
    assert {ping(web, direct, key).status_code for _ in range(40)} == {200}


def test_unknown_paths_under_a_live_key_count_nothing(proxied, web):
    known = {**PROGRAM, "X-API-KEY": token(proxied)}
    assert scan(web, proxied, known, times=25, under="/api/v1/") == {404}
    assert health(web, proxied, known) == 200
