"""The shipped Caddyfile in a real Caddy before a real server: what gets through, what does not, and what is written down."""

import json
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from urllib.parse import urlsplit

import httpx
import pytest
from websockets.exceptions import InvalidStatus

from tests.live import Live, free_port, live_server
from tests.packaging.caddy import CADDYFILE, Proxy, caddy

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (shutil.which("caddy") or os.environ.get("CI")), reason="Caddy is not installed (Debian: caddy)"),
]

PASSWORD = "correct horse battery staple"
CANARY = "canary-in-the-mine"


@pytest.fixture(scope="module")
def site_port() -> int:
    return free_port()


@pytest.fixture(scope="module")
def gateway(site_port) -> Iterator[Live]:
    proxied = {
        "PUBLIC_BASE_URL": f"https://localhost:{site_port}",
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "CLIENT_IP_HEADER": "x-forwarded-for",
        "OWNER_PASSWORD": PASSWORD,
        "DJANGO_SETTINGS_MODULE": "tests.openalgo.probe_settings",
    }
    with live_server(proxied, second_port=False) as live:
        yield live


@pytest.fixture(scope="module")
def proxy(site_port, gateway) -> Iterator[Proxy]:
    with caddy(site_port, urlsplit(gateway.base).netloc) as running:
        yield running


@pytest.fixture(scope="module")
def key(gateway) -> str:
    gateway.manage("create_owner", "owner", "owner@example.com")
    issued = gateway.manage("issue_api_key", "owner", "--name", "bot").stdout
    return str(next(word for word in issued.split() if word.startswith("oa_live_")))


@pytest.mark.parametrize(("domain", "code"), [("gateway.example.com", 0), ("", 1)])
def test_the_file_is_valid_for_a_public_name_and_for_none_it_is_not(domain, code, tmp_path):
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "DOMAIN": domain}
    validate = ["caddy", "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
    assert subprocess.run(validate, env=env, capture_output=True, check=False).returncode == code


def test_a_page_comes_through_with_the_armour_of_https(proxy, key):
    page = proxy.get("/login/")
    assert (page.status_code, page.headers["strict-transport-security"]) == (200, "max-age=31536000")
    assert "server" not in page.headers
    assert "Secure" in page.headers["set-cookie"]


def test_plain_http_is_sent_to_https(proxy):
    moved = proxy.get(f"{proxy.plain}/login/")
    assert (moved.status_code, moved.headers["location"]) == (308, "https://localhost/login/")


def test_whoever_asks_for_another_name_gets_no_answer(proxy):
    with pytest.raises(httpx.RemoteProtocolError):
        proxy.get(f"{proxy.plain}/", headers={"Host": "192.0.2.1"})


def test_a_program_calls_through_it(proxy, key):
    answer = proxy.post("/api/v1/ping", json.dumps({"apikey": key}).encode()).json()
    assert answer["status"] == "success"


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_the_caller_is_who_called_the_proxy_whatever_they_write(proxy, name):
    said = {name: "for=203.0.113.9" if name == "Forwarded" else "203.0.113.9"}
    seen = proxy.get("/probe/echo", source="127.0.0.2", headers=said).json()
    assert (seen["address"], seen["secure"], seen["host"]) == ("127.0.0.2", True, urlsplit(proxy.base).netloc)


def test_a_forged_host_does_not_reach_the_gateway(proxy):
    seen = proxy.get("/probe/echo", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"})
    assert (seen.json()["host"], seen.json()["secure"]) == (urlsplit(proxy.base).netloc, True)


def test_a_socket_of_programs_opens_at_ws(proxy, key):
    with proxy.knock("/ws") as opened:
        opened.say(json.dumps({"action": "authenticate", "api_key": key}))
        answer = json.loads(opened.hear())
    assert (answer["type"], answer["status"]) == ("auth", "success")


def test_a_page_that_came_through_may_open_its_socket(proxy, key):
    lines = [("Cookie", proxy.log_in("owner", PASSWORD))]
    with proxy.knock("/live/", lines=lines, origin=proxy.base) as opened:
        assert json.loads(opened.hear())["type"] == "auth"
    with pytest.raises(InvalidStatus):
        proxy.knock("/live/", lines=lines, origin="https://evil.example")


@pytest.mark.parametrize("content", [b"x" * 3_000_000, [b"x" * 1000] * 3000], ids=["announced", "in chunks"])
def test_a_large_body_is_refused(proxy, content):
    body = content if isinstance(content, bytes) else iter(content)
    assert proxy.post("/probe/echo", body).status_code == 413


MIB = 1024 * 1024
SIZES = [(MIB + 4096, 302), (1_100_000, 413), (9_999_999, 413), (10_000_000, 413)]


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
@pytest.mark.parametrize(("size", "status"), SIZES)
def test_a_list_of_bans_may_have_a_mebibyte(proxy, size, status, chunked):
    """302: it has come through, and nobody is logged in."""
    body = b"x" * (size + 1000 if chunked and status == 413 else size)
    assert proxy.post("/security/exchange/", iter([body]) if chunked else body).status_code == status


def test_who_dawdles_over_a_header_is_cut_off(proxy):
    with socket.create_connection(("localhost", urlsplit(proxy.plain).port), timeout=15) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        assert not line.recv(1)


SECRETS = {"X-API-KEY": CANARY, "Authorization": CANARY, "Cookie": f"sessionid={CANARY}", "Referer": f"/?apikey={CANARY}"}


@pytest.mark.parametrize("path", ["/api/v1/instruments?apikey={}&exchange=NSE", "/setup/{}", "/nothing?a=b?{}"])
def test_the_log_of_accesses_keeps_no_secret(proxy, path):
    proxy.get(path.format(CANARY), headers=SECRETS)
    place = path.split("{")[0].split("?")[0]
    assert CANARY not in proxy.logged(rf'http\.log\.access.*"uri":"{place}"')


def test_nor_does_the_log_of_errors():
    with caddy(free_port(), f"127.0.0.1:{free_port()}") as proxy:
        assert proxy.get(f"/api/v1/ticker/INFY?apikey={CANARY}", headers=SECRETS).status_code == 502
        assert CANARY not in proxy.logged(r'http\.log\.error.*"uri":"/api/v1/ticker/INFY"')
