"""Requests as fast as they are answered, over connections that stay open: `python -m bench.load PORT PATH SECONDS BODY`."""

import asyncio
import json
import sys
import time
from typing import cast

import uvloop

CONNECTIONS = 32
HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length: "


class Client(asyncio.Protocol):
    """One connection: the next request goes out when the answer to the last one is whole."""

    def __init__(self, request: bytes, until: float, taken: list[float]) -> None:
        self._request, self._until, self._taken = request, until, taken
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


async def run(port: int, path: str, seconds: float, body: str) -> dict[str, float]:
    """Requests per second, and the 50th and 99th percentile of their time in milliseconds."""
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    request = f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()
    loop, began, taken = asyncio.get_running_loop(), time.perf_counter(), list[float]()
    made = [
        await loop.create_connection(lambda: Client(request, began + seconds, taken), "127.0.0.1", port)
        for _ in range(CONNECTIONS)
    ]
    async with asyncio.timeout(seconds + 10):
        await asyncio.gather(*(client.done for _, client in made))
    elapsed = time.perf_counter() - began
    taken.sort()
    return {"rate": len(taken) / elapsed, "p50": _at(taken, 0.50), "p99": _at(taken, 0.99)}


def _at(ordered: list[float], share: float) -> float:
    return 1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


if __name__ == "__main__":
    print(json.dumps(uvloop.run(run(int(sys.argv[1]), sys.argv[2], float(sys.argv[3]), sys.argv[4]))))
