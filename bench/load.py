"""Requests over connections that stay open: `python -m bench.load PORT PATH SECONDS BODY [CONNECTIONS PAUSE]`.

Each goes out when the one before it is answered, or so many seconds later. Any answer but 200 is an error.
"""

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

CONNECTIONS = 32
CUSTOMER = "198.51.100.7"  # as a trusted proxy names the caller
HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length: "


class Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is whole."""

    def __init__(self, request: bytes, until: float, taken: list[float], *, pause: float) -> None:
        self._request, self._until, self._taken, self._pause = request, until, taken, pause
        self._received = b""
        self._sent_at = 0.0
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(HEADER_END)
        if not end or len(body) < int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]):
            return
        if not head.startswith(b"HTTP/1.1 200 "):
            self.done.set_exception(RuntimeError(f"answered {self._received[:500]!r}"))
            return
        self._taken.append(time.perf_counter() - self._sent_at)
        self._received = b""
        if self._pause:
            asyncio.get_running_loop().call_later(self._pause, self._send)
        else:
            self._send()

    def connection_lost(self, exc: Exception | None) -> None:
        self._finish()

    def _finish(self) -> None:
        if not self.done.done():
            self.done.set_result(None)

    def _send(self) -> None:
        self._sent_at = time.perf_counter()
        if self._sent_at >= self._until:
            self._finish()
            self._transport.close()
        else:
            self._transport.write(self._request)


async def run(
    port: int, path: str, seconds: float, body: str, *, connections: int = CONNECTIONS, pause: float = 0.0
) -> dict[str, float]:
    """Requests per second, and the 50th and 99th percentile and the longest of their times in milliseconds."""
    request = spelled(path, body, caller=CUSTOMER)
    loop, began, taken = asyncio.get_running_loop(), time.perf_counter(), list[float]()
    made = [
        await loop.create_connection(lambda: Client(request, began + seconds, taken, pause=pause), "127.0.0.1", port)
        for _ in range(connections)
    ]
    async with asyncio.timeout(seconds + 10):
        await asyncio.gather(*(client.done for _, client in made))
    elapsed = time.perf_counter() - began
    taken.sort()
    return {"rate": len(taken) / elapsed, "p50": _at(taken, 0.50), "p99": _at(taken, 0.99), "worst": _at(taken, 1.0)}


def spelled(path: str, body: str, *, caller: str) -> bytes:
    """A request, as a proxy hands it on."""
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {caller}\r\n"
    return f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


def _at(ordered: list[float], share: float) -> float:
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


if __name__ == "__main__":
    port, path, seconds, body, *more = sys.argv[1:]
    kept_open, pause = (int(more[0]), float(more[1])) if more else (CONNECTIONS, 0.0)
    print(json.dumps(uvloop.run(run(int(port), path, float(seconds), body, connections=kept_open, pause=pause))))
