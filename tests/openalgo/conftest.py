"""Servers that run the probe views: ours, and daphne as the other one that must work."""

import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import httpx
import pytest

from openalgo.pool import Pool
from tests.live import Live, environment, live_server, start

PROBES = {"DJANGO_SETTINGS_MODULE": "tests.openalgo.probe_settings", "THREADS": "2"}


@contextmanager
def daphne() -> Iterator[Live]:
    with environment(PROBES) as env:
        live = start(env, "-m", "daphne", "-e", "tcp:port=0:interface=127.0.0.1", "openalgo.asgi:application")
        try:
            live.base = "http://127.0.0.1:" + live.wait_for(r"Listening on TCP address 127.0.0.1:(\d+)")[1]
            yield live
        finally:
            live.end()


@pytest.fixture(scope="package")
def serve() -> Iterator[Live]:
    with live_server(PROBES) as live:
        yield live


@pytest.fixture(scope="package", params=["serve", "daphne"])
def server(request) -> Iterator[Live]:
    if request.param == "serve":
        yield request.getfixturevalue("serve")
        return
    with daphne() as live:
        yield live


@pytest.fixture
def client(server) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=server.base, timeout=20) as opened:
        yield opened


@pytest.fixture
def served(serve) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=serve.base, timeout=20) as opened:
        yield opened


@pytest.fixture
def pool() -> Iterator[Pool]:
    made = Pool("test", threads=1, room=4, room_of_one=2)
    yield made
    made.stop(seconds=5)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Keeps the pool's only thread busy until it is opened."""
    opened = threading.Event()
    yield opened
    opened.set()


class Line:
    """A raw connection, for what a proper client never does."""

    def __init__(self, base: str, data: bytes = b"") -> None:
        url = httpx.URL(base)
        self.socket = socket.create_connection((url.host, url.port), timeout=20)
        self.send(data)

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def read(self) -> bytes:
        """All until the server closes."""
        parts = []
        while part := self._part():
            parts.append(part)
        return b"".join(parts)

    def status(self) -> int:
        """Of the next answer, read whole."""
        answer = self._part()
        while not _is_whole(answer) and (part := self._part()):
            answer += part
        return int(answer.split(b" ")[1])

    def drip(self) -> None:
        """One byte more, and for as long as the socket's timeout no answer."""
        self.send(b"x")
        with suppress(TimeoutError):
            if not self.socket.recv(1):
                raise ConnectionAbortedError

    def close(self) -> None:
        self.socket.close()

    def _part(self) -> bytes:
        try:
            return self.socket.recv(65536)
        except ConnectionResetError:
            return b""


def _is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    length = re.search(rb"(?i)content-length: (\d+)", head)
    return bool(end) and (length is None or len(body) >= int(length[1]))


@pytest.fixture
def line() -> Iterator[Callable[..., Line]]:
    """Opens raw connections that end with the test."""
    lines: list[Line] = []

    def opened(base: str, data: bytes = b"") -> Line:
        lines.append(Line(base, data))
        return lines[-1]

    yield opened
    for each in lines:
        each.close()


@pytest.fixture
def held() -> Iterator[socket.socket]:
    """Where the view `hold` waits: accept() tells that it runs, closing what was accepted lets it go."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
        listener.settimeout(20)
        yield listener
