"""Headers as no proper client writes them, on the wire behind a proxy: none may mislead about the caller or a request's end."""

from collections.abc import Iterator

import pytest

from tests.live import Live, live_server
from tests.openalgo.test_anteroom import PROXY

BANNED, OTHER = b"X-Forwarded-For: 203.0.113.66\r\n", b"X-Forwarded-For: 198.51.100.7\r\n"
BODY = b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


@pytest.fixture(scope="module")
def proxied() -> Iterator[Live]:
    with live_server(PROXY, second_port=False) as live:
        live.manage("ban_ip", "203.0.113.66", "--reason", "test")
        yield live


def request(*lines: bytes, method: bytes = b"GET") -> bytes:
    return method + b" /healthz HTTP/1.1\r\nHost: localhost\r\n" + b"".join(lines) + b"\r\n"


@pytest.mark.parametrize(("lines", "status"), [((BANNED, OTHER), 200), ((OTHER, BANNED), 403), ((BANNED,), 403)])
def test_of_two_lines_the_last_hop_that_no_proxy_is_decides(proxied, line, lines, status):
    assert line(proxied.base, request(*lines)).status() == status


@pytest.mark.parametrize("name", [b"X_Forwarded_For", b"X-Forwarded_For", b"X-Real-IP", b"Forwarded"])
def test_only_the_header_that_the_setting_names_counts(proxied, line, name):
    assert line(proxied.base, request(name + b": 203.0.113.66\r\n")).status() == 200


@pytest.mark.parametrize(
    "said",
    [
        request(b"X-Forwarded-For: 198.51.100.7\0\r\n"),
        request(b"X-Forwarded-For\0: 198.51.100.7\r\n"),
        request(b"X: y\n", OTHER),
        request(b"X: y\r", OTHER),
        request(b" " + OTHER),
        request(b"X-Forwarded-For : 198.51.100.7\r\n"),
        request(BODY, method=b"POST"),
        request(b"Content-Length: 4\r\nContent-Length: 5\r\n\r\nabcd", method=b"POST"),
    ],
    ids=[
        "NUL in a value",
        "NUL in a name",
        "bare LF",
        "bare CR",
        "folded",
        "space before the colon",
        "TE and CL",
        "two lengths",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_and_closed(proxied, line, said):
    answer = line(proxied.base, said).read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert answer.count(b"HTTP/1.1") == 1


def test_bytes_that_no_path_has_hide_no_scanner(proxied, line):
    paths = (b"/index.html%00.php", b"/..%c0%af../etc/passwd", b"/healthz")
    asked = [b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.71\r\n\r\n" for path in paths]
    assert [line(proxied.base, each).status() for each in asked] == [404, 404, 403]
