"""All connections are taken: whoever keeps most of them makes way for a newcomer."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import uvicorn
from uvicorn.server import ServerState

from openalgo import doors, protocol
from openalgo.protocol import Protocol
from security import policy

WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The status of one more request; empty where the connection was cut."""
    writer.write(WHOLE)
    try:
        await reader.readuntil(b"HTTP/1.1 ")
        return await reader.readexactly(3)
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def newcomer_to_a_full_house(monkeypatch: pytest.MonkeyPatch) -> tuple[bytes, list[bytes]]:
    """What a newcomer is told where three hosts keep every connection, and what those are told then."""
    monkeypatch.setattr(protocol, "REQUESTS", 6 - policy.current().sockets_all)
    config = uvicorn.Config(doors.upgrade_required, http=Protocol, lifespan="off", log_config=None)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with AsyncExitStack() as stack:
        stack.callback(server.close)

        async def come(host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            line = await asyncio.open_connection("127.0.0.1", port, local_addr=(host, 0))
            stack.callback(line[1].close)
            assert await told(*line) == b"426"
            return line

        kept = [await come(f"127.0.0.{host}") for host in (2, 3, 3, 3, 4)]
        newcomer = await come("127.0.0.5")
        return await told(*newcomer), [await told(*line) for line in kept]


def test_where_all_is_taken_whoever_keeps_most_makes_way(monkeypatch):
    newcomer, kept = asyncio.run(newcomer_to_a_full_house(monkeypatch))
    assert (newcomer, kept) == (b"426", [b"426", b"", b"426", b"426", b"426"])
