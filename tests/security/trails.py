"""A spool of a test's own, and connections that leave rows in it without a server."""

import asyncio
from contextvars import copy_context
from pathlib import Path
from typing import Any

from django.urls import ResolverMatch, resolve

from security import clientip, trail
from security.asgi import Gatehouse
from security.clientip import Caller
from security.ingest import Ingest
from security.models import TrafficEntry

PROGRAM = [(b"user-agent", b"program/1.0"), (b"host", b"localhost")]
JSON = [(b"content-type", b"application/json")]


class Trail:
    """What one process writes and takes in."""

    def __init__(self) -> None:
        self.ingest = Ingest()
        self.spool = self.ingest.spool
        self.spool.turn()
        trail.open_to(self.spool)

    def rows(self) -> list[TrafficEntry]:
        """All that is in the database, after a look at the spools, in the order it was written."""
        self.ingest.look()
        return list(TrafficEntry.objects.order_by("id"))

    def files(self) -> list[Path]:
        return sorted(self.spool.folder.iterdir())

    def kill(self) -> None:
        """The process is gone: its locks are free, its files are there."""
        self.spool.release()


def caller(address: str = "203.0.113.9") -> Caller:
    return clientip.resolve({"client": (address, 4000), "headers": []})


def answer(
    path: str = "/healthz", *, address: str = "203.0.113.9", status: int = 200, method: str = "GET", **about: Any
) -> None:
    """One request that was let in and answered; `user`, `key`, `tried` and `broker` are what was learnt of it on the way."""
    scope = {"method": method, "path": path, "headers": PROGRAM, "caller": caller(address)}
    copy_context().run(_answer, scope, status, about)


def _answer(scope: dict[str, Any], status: int, about: dict[str, Any]) -> None:
    trail.begin()
    trail.arrived()
    if "user" in about:
        trail.proven(user=about["user"], key=about.get("key", ""))
    if "tried" in about:
        trail.tried(about["tried"], weight=1, digest=b"digest")
    if "broker" in about:
        trail.at_broker(about["broker"])
    trail.answered(scope, status=status, size=about.get("size", 3), match=_match(scope["path"]) if status != 404 else None)


def _match(path: str) -> ResolverMatch:
    return resolve(path)


def ask(
    gate: Gatehouse, path: str, *, method: str = "GET", body: bytes = b"", headers: Any = JSON, address: str = "203.0.113.9"
) -> int:
    """A request through a gatehouse; the answer's status."""
    return exchange(gate, path, method=method, body=body, headers=headers, address=address)[0]


def exchange(
    gate: Gatehouse, path: str, *, method: str = "GET", body: bytes = b"", headers: Any = JSON, address: str = "203.0.113.9"
) -> tuple[int, bytes]:
    """The same with the answer's body."""
    scope = {
        "type": "http", "client": (address, 4000), "scheme": "http", "path": path, "method": method,
        "query_string": b"a=secret", "headers": [*PROGRAM, (b"content-length", str(len(body)).encode()), *headers],
    }  # fmt: skip
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": body}

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(gate(scope, receive, send))
    return int(sent[0]["status"]), b"".join(message.get("body", b"") for message in sent)
