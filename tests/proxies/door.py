"""Callers of a proxy: whoever they are to it, and whatever header lines they write."""

import json
import socket
import ssl
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from tests.fleet import until
from tests.live import Live
from tests.proxies.files import Ports
from tests.proxies.websocket import WebSocket

SITE = "https://localhost"
Line = tuple[str, str]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    text: str

    @property
    def seen(self) -> Any:
        """What the gateway's echo says; None where it was not reached."""
        return json.loads(self.text) if self.status == 200 else None

    @property
    def cookies(self) -> list[str]:
        """Those it sets, each as name=value."""
        return [each.partition(";")[0] for each in self.headers.get_all("Set-Cookie", [])]


@dataclass(frozen=True)
class Door:
    """A running proxy. `folder` holds its logs; where it `keeps` what a client wrote, that stays to the left."""

    at: Ports
    trust: ssl.SSLContext
    process: Live
    folder: Path
    keeps: bool = False

    def line(self, who: str) -> socket.socket:
        """A connection from one of this machine's addresses; for any other, a balancer says whose it is."""
        here = who.startswith("127.") or who == "::1"
        host = "::1" if who == "::1" else "127.0.0.1"
        source = (who if here else "127.0.0.1", 0)
        line = socket.create_connection((host, self.at.public if here else self.at.told), timeout=20, source_address=source)
        if not here:
            family, to = ("TCP6", "::1") if ":" in who else ("TCP4", "127.0.0.1")
            line.sendall(f"PROXY {family} {who} {to} 40000 443\r\n".encode())
        return line

    def ask(
        self, path: str, *, who: str, lines: Iterable[Line] = (), method: str = "GET", body: bytes | Iterator[bytes] = b""
    ) -> Answer:
        """Answered to that caller, whose header lines are sent as they are, one below the other."""
        with closing(HTTPConnection("localhost")) as connection:
            connection.sock = self.trust.wrap_socket(self.line(who), server_hostname="localhost")
            connection.putrequest(method, path)
            for name, value in lines:
                connection.putheader(name, value.encode("latin-1"))
            if isinstance(body, bytes):
                connection.putheader("Content-Length", str(len(body)))
            else:
                connection.putheader("Transfer-Encoding", "chunked")
            return _sent(connection, body)

    def knock(self, path: str, *, who: str, lines: Sequence[Line] = (), origin: str | None = None) -> WebSocket:
        """A WebSocket of that caller; raises InvalidStatus where it is refused."""
        line = self.trust.wrap_socket(self.line(who), server_hostname="localhost")
        return WebSocket(line, SITE.replace("http", "ws") + path, lines=list(lines), origin=origin)

    def log_in(self, name: str, password: str) -> str:
        """The cookies of a browser on this machine that has logged in here, as one header."""
        page = self.ask("/login/", who="127.0.0.1")
        token = page.text.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
        body = urlencode({"username": name, "password": password, "csrfmiddlewaretoken": token}).encode()
        lines = [("Content-Type", "application/x-www-form-urlencoded"), ("Origin", SITE), ("Cookie", "; ".join(page.cookies))]
        answer = self.ask("/login/", who="127.0.0.1", lines=lines, method="POST", body=body)
        assert answer.headers["Location"] == "/", answer
        return "; ".join(answer.cookies)

    def logged(self, words: str) -> str:
        """All that it has written, wherever, once these words are there."""
        until([lambda: words in self._logs()])
        return self._logs()

    def _logs(self) -> str:
        return "".join([*self.process.output, *(path.read_text() for path in self.folder.glob("*.log"))])


def _sent(connection: HTTPConnection, body: bytes | Iterator[bytes]) -> Answer:
    """A proxy may answer and hang up before it has all."""
    with suppress(BrokenPipeError, ConnectionResetError, ssl.SSLEOFError):
        connection.endheaders(body, encode_chunked=not isinstance(body, bytes))
    response = connection.getresponse()
    return Answer(response.status, response.headers, response.read().decode())
