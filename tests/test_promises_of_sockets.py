"""What the product promises of its WebSockets: one test a promise, as in test_promises."""

import asyncio
from contextlib import asynccontextmanager

import pytest
from django.test import Client
from uvicorn.server import ServerState

from openalgo import doors, server
from openalgo.protocol import Protocol
from security import policy
from security.actors import COMMAND_LINE
from security.asgi import Gatehouse
from tests.brokers.test_pages_door import closes_after
from tests.conftest import PASSWORD
from tests.wire import entered, in_thread, play

HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
CLOSE, PING, PONG, MASKED = 0x88, 0x89, 0x8A, 0x80

pytestmark = pytest.mark.django_db(transaction=True)


@asynccontextmanager
async def socket_at_a_port():
    """Reader and writer behind a handshake, at the settings with which `serve` opens its ports."""
    config = server._config(Gatehouse(http=doors.upgrade_required, websocket=doors.first))
    config.load()
    state = ServerState()
    listener = await asyncio.get_running_loop().create_server(
        lambda: Protocol(config=config, server_state=state, app_state={}), "127.0.0.1", 0
    )
    reader, writer = await asyncio.open_connection(*listener.sockets[0].getsockname())
    writer.write(HANDSHAKE)
    await reader.readuntil(b"\r\n\r\n")
    yield reader, writer
    writer.close()
    listener.close()
    await asyncio.gather(*state.tasks)


async def first_frames(*, answers: bool) -> list[int]:
    """Of two frames the kind, as somebody hears them who answers heartbeats or does not."""
    async with asyncio.timeout(10), socket_at_a_port() as (reader, writer):
        kinds = []
        for _ in range(2):
            kind, length = await reader.readexactly(2)
            beat = await reader.readexactly(length)
            kinds.append(kind)
            if answers:
                writer.write(bytes([PONG, MASKED | length, 0, 0, 0, 0]) + beat)
    return kinds


@pytest.mark.parametrize(("answers", "heard"), [(True, [PING, PING]), (False, [PING, CLOSE])])
def test_who_answers_no_heartbeat_is_closed(monkeypatch, answers, heard):
    monkeypatch.setattr(server, "PING_SECONDS", 0.2)
    assert asyncio.run(first_frames(answers=answers)) == heard


def test_a_socket_ends_at_logout(owner):
    browser = Client()
    browser.post("/login/", {"username": "owner", "password": PASSWORD})
    assert closes_after(browser, browser.post, "/logout/") == 4401


def test_a_socket_needs_a_live_key_and_speaks_by_a_schema(api_key):
    async def scene(wire):
        stranger, friend = await wire().accepted(), await entered(wire(), api_key)
        return await stranger.ask("error", action="authenticate", api_key="x"), await friend.ask("error", action="nonsense")

    assert [frame["code"] for frame in play(scene)] == ["AUTHENTICATION_ERROR", "INVALID_ACTION"]


def test_sockets_of_one_key_are_limited(api_key):
    async def scene(wire):
        await in_thread(policy.change, {"sockets_key": 1}, by=COMMAND_LINE)
        await entered(wire(), api_key)
        second = await wire().accepted()
        second.say({"action": "authenticate", "api_key": api_key})
        return await second.code()

    assert play(scene) == 4429
