"""A WebSocket that reads and writes in one thread: over TLS the library's own, with two, now and then loses its handshake."""

import socket
from types import TracebackType
from typing import Any

from websockets.client import ClientProtocol
from websockets.datastructures import HeadersLike
from websockets.frames import Frame, Opcode
from websockets.typing import Origin
from websockets.uri import parse_uri

READ = 65536


class WebSocket:
    """Open once it is made; raises InvalidStatus where the handshake is refused."""

    def __init__(self, line: socket.socket, url: str, *, lines: HeadersLike, origin: str | None) -> None:
        self._line = line
        self._events: list[Any] = []
        self._protocol = ClientProtocol(parse_uri(url), origin=Origin(origin) if origin else None)
        request = self._protocol.connect()
        request.headers.update(lines)
        self._protocol.send_request(request)
        self._flush()
        self._next()
        if self._protocol.handshake_exc:
            line.close()
            raise self._protocol.handshake_exc

    def say(self, text: str) -> None:
        self._protocol.send_text(text.encode())
        self._flush()

    def hear(self) -> str:
        """The next text; pings are answered on the way."""
        while True:
            event = self._next()
            if isinstance(event, Frame) and event.opcode is Opcode.TEXT:
                return bytes(event.data).decode()

    def _next(self) -> Any:
        while not self._events:
            data = self._line.recv(READ)
            if data:
                self._protocol.receive_data(data)
            else:
                self._protocol.receive_eof()
            self._flush()
            self._events += self._protocol.events_received()
            assert self._events or data or self._protocol.handshake_exc, "it was closed"
            if self._protocol.handshake_exc:
                break
        return self._events.pop(0) if self._events else None

    def _flush(self) -> None:
        for data in self._protocol.data_to_send():
            if data:
                self._line.sendall(data)

    def __enter__(self) -> "WebSocket":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._line.close()
