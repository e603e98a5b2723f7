"""All connections are taken: somebody makes way for a newcomer."""

import asyncio
from contextlib import AsyncExitStack

import pytest
import uvicorn
from uvicorn.server import ServerState

from openalgo import doors, protocol
from openalgo.protocol import Protocol
from security import policy, proofs
from tests.security.trying import caller

WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


async def told(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """The status of one more request; empty where the connection was cut."""
    writer.write(WHOLE)
    try:
        await reader.readuntil(b"HTTP/1.1 ")
        return await reader.readexactly(3)
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


async def newcomer_to_a_full_house(monkeypatch: pytest.MonkeyPatch, *hosts: str) -> tuple[bytes, list[bytes]]:
    """What a newcomer is told where five keep every connection, and what those are told then."""
    monkeypatch.setattr(protocol, "REQUESTS", 6 - policy.current().sockets_all)
    config = uvicorn.Config(doors.upgrade_required, http=Protocol, lifespan="off", log_config=None)
    config.load()
    state, loop = ServerState(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with AsyncExitStack() as stack:
        stack.callback(server.close)

        async def come(host: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
            line = await asyncio.open_connection("127.0.0.1", port, local_addr=(f"127.0.{host}", 0))
            stack.callback(line[1].close)
            assert await told(*line) == b"426"
            return line

        kept = [await come(host) for host in hosts]
        newcomer = await come("9.1")
        return await told(*newcomer), [await told(*line) for line in kept]


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    """Nobody waits from before: what another test's loop left behind can make no way."""
    for name, most in (("anteroom", protocol.UNANNOUNCED), ("lounge", protocol.KEPT), ("known", protocol.KEPT)):
        monkeypatch.setattr(protocol, name, protocol.Anteroom(most))


@pytest.mark.parametrize(
    ("hosts", "cut"),
    [
        (("2.1", "3.1", "3.1", "3.1", "4.1"), 1),
        (("2.1", "2.1", "3.1", "3.2", "3.3"), 2),  # an office, and a network in which every address keeps one
    ],
)
def test_where_all_is_taken_the_network_that_keeps_most_makes_way(monkeypatch, hosts, cut):
    newcomer, kept = asyncio.run(newcomer_to_a_full_house(monkeypatch, *hosts))
    assert (newcomer, kept) == (b"426", [b"" if number == cut else b"426" for number in range(5)])


def test_who_proved_themselves_lately_makes_way_after_all_strangers(monkeypatch):
    proofs.met(caller("127.0.2.1"))
    newcomer, kept = asyncio.run(newcomer_to_a_full_house(monkeypatch, "2.1", "2.1", "2.1", "3.1", "3.1"))
    assert (newcomer, kept) == (b"426", [b"426", b"426", b"426", b"", b"426"])


def test_where_all_is_taken_by_them_one_of_those_makes_way(monkeypatch):
    proofs.met(caller("127.0.2.1"))
    newcomer, kept = asyncio.run(newcomer_to_a_full_house(monkeypatch, *["2.1"] * 5))
    assert (newcomer, kept) == (b"426", [b"", b"426", b"426", b"426", b"426"])
