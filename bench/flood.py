"""Attackers at a steady rate through a trusted proxy: `python -m bench.flood PORT SECONDS RATE [KEY]`; with a key: bad ones.

Requests that find no idle connection are left out, so `rate` says what was answered: there are enough for half a second's.
"""

import asyncio
import json
import secrets
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator
from itertools import count, cycle
from typing import cast

import uvloop

from apiauth.tokens import SECRET_LENGTH, Token
from bench.load import HEADER_END, LENGTH, spelled

CONNECTIONS = 1000
TICK = 0.002  # seconds
TRIES = 3  # of one subject, too few to be banned


class Attacker(asyncio.Protocol):
    """One connection; the server may close it, then another takes its place."""

    def __init__(self, idle: "deque[Attacker]", answered: "Counter[str]") -> None:
        self._idle, self._answered = idle, answered
        self._received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._idle.append(self)

    def data_received(self, data: bytes) -> None:
        self._received += data
        head, end, body = self._received.partition(HEADER_END)
        if not end or len(body) < int(head.lower().partition(LENGTH)[2].partition(b"\r\n")[0]):
            return
        self._answered[head[9:12].decode()] += 1
        self._received = b""
        if b"connection: close" in head.lower():
            self._transport.close()
        else:
            self._idle.append(self)

    def attack(self, request: bytes) -> None:
        self._transport.write(request)

    def is_open(self) -> bool:
        return not self._transport.is_closing()


async def run(port: int, seconds: float, rate: float, requests: Iterator[bytes]) -> dict[str, float]:
    loop, idle, answered = asyncio.get_running_loop(), deque[Attacker](), Counter[str]()
    opened, tasks = 0, set[asyncio.Task[object]]()
    began, sent = time.perf_counter(), 0
    while (now := time.perf_counter() - began) < seconds:
        if len(idle) + len(tasks) < CONNECTIONS and opened < CONNECTIONS + answered.total() // 50:
            opened += 1
            task = asyncio.ensure_future(loop.create_connection(lambda: Attacker(idle, answered), "127.0.0.1", port))
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        for _ in range(min(int(now * rate) - sent, len(idle))):
            attacker = idle.popleft()
            if attacker.is_open():
                attacker.attack(next(requests))
        sent = int(now * rate)
        await asyncio.sleep(TICK)
    return {"rate": answered.total() / seconds, **answered}


def banned() -> Iterator[bytes]:
    """Of 254 IPv4 and 254 IPv6 subjects that `bench.banlist` banned."""
    hosts = [f"203.0.113.{number}" for number in range(1, 255)] + [f"2001:db8:bad:{number:x}::1" for number in range(1, 255)]
    return cycle([spelled("/healthz", "", caller=host) for host in hosts])


def bad_keys(key: str) -> Iterator[bytes]:
    """Well formed and under a known id, each another; from ever new subjects, others in each run."""
    kid = key.split("_")[2]
    for number in count(TRIES * secrets.randbits(30)):
        subject = number // TRIES
        wrong = Token(kid=kid, secret=f"{number:0{SECRET_LENGTH}d}").reveal()
        body = json.dumps({"apikey": wrong})
        yield spelled("/api/v1/ping", body, caller=f"2001:db8:{subject >> 16:x}:{subject & 0xFFFF:x}::1")


if __name__ == "__main__":
    port, seconds, rate, *key = sys.argv[1:]
    print(json.dumps(uvloop.run(run(int(port), float(seconds), float(rate), bad_keys(key[0]) if key else banned()))))
