"""What docs/proxies.md says of the recommended files is true of them."""

import re
import socket
from contextlib import ExitStack
from itertools import count

import pytest

from openalgo import server
from tests.blocklists.tools import needs, run
from tests.live import free_port
from tests.proxies import certificate, files
from tests.proxies.street import WAYS, behind_haproxy, behind_nginx

pytestmark = pytest.mark.slow

CANARY = "canary-in-the-mine"
SECRETS = [(name, CANARY) for name in ("X-API-KEY", "Authorization", "Cookie", "Referer")]
MIB = 1024 * 1024
fresh = count()
SHIPPED = ["nginx x-forwarded-for", "haproxy x-forwarded-for"]
each = pytest.mark.parametrize("door", SHIPPED, indirect=True)


@needs("nginx", "nginx-light")
@pytest.mark.parametrize(("way", "broken"), [*((way, "") for way in WAYS), ("x-forwarded-for", "proxy_pas")])
def test_nginx_finds_its_file_in_order(tmp_path, way, broken):
    certificate.issue(tmp_path)
    text = files.nginx(tmp_path, files.ports(), gateway=files.UPSTREAM, writes=way)
    (tmp_path / "nginx.conf").write_text(text.replace("proxy_pass", broken) if broken else text)
    done = run("nginx", "-t", "-e", "stderr", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf"), check=False)
    assert (done.returncode == 0, "[warn]" in done.stdout) == (not broken, False), done.stdout


@needs("haproxy", "haproxy")
@pytest.mark.parametrize(("way", "broken"), [*((way, "") for way in WAYS), ("x-forwarded-for", "set-heade")])
def test_haproxy_finds_its_file_in_order(tmp_path, way, broken):
    certificate.issue(tmp_path)
    text = files.haproxy(tmp_path, files.ports(), gateway=files.UPSTREAM, writes=way)
    (tmp_path / "haproxy.cfg").write_text(text.replace("set-header", broken) if broken else text)
    done = run("haproxy", "-c", "-f", str(tmp_path / "haproxy.cfg"), check=False)
    assert (done.returncode == 0, "WARNING" in done.stdout) == (not broken, False), done.stdout


@each
def test_plain_http_is_sent_to_https(door):
    with socket.create_connection(("127.0.0.1", door.at.plain), timeout=10) as line:
        line.sendall(b"GET /login/?next=/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        head = line.recv(4096).decode().lower()
    assert " 301 " in head.splitlines()[0]
    assert "location: https://localhost/login/?next=/\r\n" in head


@each
@pytest.mark.parametrize("target", ["/probe/echo", "https://evil.example/probe/echo", "https://localhost/probe/echo"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:443", "localhost.evil.example", ""])
def test_another_name_does_not_reach_the_gateway(door, target, host):
    with door.trust.wrap_socket(door.line("127.0.0.1"), server_hostname="localhost") as line:
        line.sendall(f"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        answer = b"".join(iter(lambda: line.recv(4096), b"")).decode()
    answered_by_gateway = "content-security-policy" in answer.lower()
    assert answered_by_gateway == ('"host": "localhost"' in answer)


@each
@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
@pytest.mark.parametrize(
    ("path", "size", "status"),
    [
        ("/probe/echo", MIB, 200),
        ("/probe/echo", MIB + 1, 413),
        ("/probe/echo", 3 * MIB, 413),
        ("/security/exchange/", MIB + 4096, 302),
        ("/security/exchange/", MIB + 65537, 413),
        ("/security/exchange/", 3 * MIB, 413),
    ],
)
def test_a_body_may_be_as_large_as_the_gateway_has_it(door, path, size, status, chunked):
    """302: it has come through, and nobody is logged in."""
    body = iter([b"x" * 65536] * (size // 65536) + [b"x" * (size % 65536)] * bool(size % 65536)) if chunked else b"x" * size
    answer = door.ask(path, who="127.0.0.1", lines=[("Content-Type", "text/plain")], method="POST", body=body)
    assert answer.status == status


@needs("nginx", "nginx-light")
@needs("haproxy", "haproxy")
def test_who_dawdles_over_a_header_is_cut_off(street):
    """Before all of them at once: each takes its five seconds."""
    with ExitStack() as stack:
        doors = [street.door(name) for name in SHIPPED]
        lines = [each.trust.wrap_socket(each.line("127.0.0.5"), server_hostname="localhost") for each in doors]
        for line in map(stack.enter_context, lines):
            line.settimeout(15)
            line.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n")
        assert {line.recv(4096)[9:12] for line in lines} <= {b"408", b""}


def test_a_silent_socket_outlives_the_proxies_patience():
    """By two pings at least."""
    nginx = re.search(r"proxy_read_timeout (\d+)s;", files.NGINX)
    haproxy = re.search(r"timeout tunnel (\d+)s", files.HAPROXY)
    assert nginx
    assert haproxy
    assert min(int(nginx[1]), int(haproxy[1])) > 2 * server.PING_SECONDS


@each
@pytest.mark.parametrize("path", ["/api/v1/instruments?apikey={}&exchange=NSE", "/setup/{}", "/nothing?a=b?{}"])
def test_the_log_keeps_no_secret(door, path):
    last = f"/until-{next(fresh)}"
    for asked in (path.format(CANARY), last):
        door.ask(asked, who="127.0.0.1", lines=SECRETS)
    assert CANARY not in door.logged(f"GET {last} 404")


@each
def test_the_log_names_the_caller(door):
    asked = f"/until-{next(fresh)}"
    door.ask(asked, who="127.0.0.6", lines=[("X-Forwarded-For", "198.51.100.7")])
    line = re.search(rf"^.*GET {asked} 404.*$", door.logged(f"GET {asked} 404"), flags=re.MULTILINE)
    assert line
    assert line[0].startswith("127.0.0.6 ")


@pytest.mark.parametrize(
    "behind",
    [
        pytest.param(behind_nginx, marks=needs("nginx", "nginx-light"), id="nginx"),
        pytest.param(behind_haproxy, marks=needs("haproxy", "haproxy"), id="haproxy"),
    ],
)
def test_nor_does_it_where_the_gateway_is_gone(behind):
    with behind(f"127.0.0.1:{free_port()}", "x-forwarded-for") as door:
        assert door.ask(f"/api/v1/ticker/INFY?apikey={CANARY}", who="127.0.0.1", lines=SECRETS).status in (502, 503)
        assert CANARY not in door.logged("GET /api/v1/ticker/INFY 50")
