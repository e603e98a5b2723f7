"""Connections that do not say what they want: cut in time, and nobody else notices."""

import asyncio
import select
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import uvicorn
from uvicorn.server import ServerState

from openalgo import doors, protocol
from openalgo.http import COMING
from openalgo.protocol import Anteroom, Protocol
from security import addresses
from tests.live import live_server

ATTACKER, CUSTOMER = addresses.parse("203.0.113.9"), addresses.parse("198.51.100.1")
HALF = b"GET /healthz HTTP/1.1\r\nHost: loc"
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"


CHUNKED = b"POST /login/ HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n"
HANDSHAKE = (
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
)
PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}


class Visitor:
    """Stands in for a connection in the anteroom."""

    def __init__(self) -> None:
        self.is_cut = False

    def cut(self) -> None:
        self.is_cut = True


def test_the_oldest_makes_way_at_the_cap():
    anteroom = Anteroom()
    visitors = [Visitor() for _ in range(protocol.UNANNOUNCED + 1)]
    for visitor in visitors:
        anteroom.enter(visitor, ATTACKER)  # type: ignore[arg-type]
    assert [visitor.is_cut for visitor in visitors] == [True] + [False] * protocol.UNANNOUNCED


def test_one_subject_does_not_crowd_out_another():
    anteroom = Anteroom()
    other = Visitor()
    anteroom.enter(other, CUSTOMER)  # type: ignore[arg-type]
    for _ in range(protocol.UNANNOUNCED + 1):
        anteroom.enter(Visitor(), ATTACKER)  # type: ignore[arg-type]
    assert not other.is_cut


def test_who_leaves_is_forgotten():
    anteroom = Anteroom()
    visitor = Visitor()
    anteroom.enter(visitor, ATTACKER)  # type: ignore[arg-type]
    anteroom.leave(visitor, ATTACKER)  # type: ignore[arg-type]
    assert not anteroom._waiting
    assert not anteroom._networks


@pytest.mark.parametrize("said", [b"", HALF], ids=["silent", "half-sent"])
def test_a_hundred_that_say_nothing_whole_disturb_nobody(serve, served, line, said):
    lines = [line(serve.base, said) for _ in range(100)]
    assert served.get("/healthz").elapsed.total_seconds() < 3
    assert all(each.read() == b"" for each in lines[: 100 - protocol.UNANNOUNCED])


@pytest.mark.slow
def test_every_header_has_a_deadline(serve, line):
    first = [line(serve.base, said) for said in (b"", HALF, b"\r\n")]
    second = [line(serve.base, WHOLE) for _ in range(2)]
    assert {each.status() for each in second} == {200}
    for each, said in zip(second, (HALF, b"\r\n"), strict=True):
        each.send(said)
    assert {each.read() for each in first + second} == {b""}


@pytest.mark.slow
def test_dripping_does_not_move_the_deadline(serve, line):
    dripping = line(serve.base, HALF)
    dripping.socket.settimeout(0.2)
    with pytest.raises(ConnectionError):
        for _ in range(100):
            dripping.drip()


def test_a_header_has_a_budget(serve, line):
    writer = line(serve.base, HALF)
    with pytest.raises(ConnectionError):
        for _ in range(1000):
            writer.send(b"a" * 65_536)  # more in all than a kernel holds back


@pytest.mark.parametrize("hops", [6_000, 10_000, 20_000])
def test_who_sends_a_longer_one_is_told_so(serve, line, hops):
    said = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: " + b"203.0.113.9, " * hops + b"\r\n\r\n"
    assert line(serve.base, said).read().startswith(b"HTTP/1.1 431 ")


def test_a_longer_one_on_a_connection_in_use_is_told_so_too(serve, line):
    writer = line(serve.base, WHOLE)
    assert writer.status() == 200
    writer.send(HALF + b"a" * 140_000)
    assert writer.status() == 431


@pytest.mark.slow
def test_who_was_told_so_and_stays_is_cut_at_the_deadline(serve, line):
    staying = line(serve.base, HALF + b"a" * 140_000)
    assert staying.read().startswith(b"HTTP/1.1 431 ")
    reset = select.poll()
    reset.register(staying.socket, 0)  # for errors alone: half closed it is already
    with pytest.raises(ConnectionError):
        for _ in range(50):
            staying.send(b"x")
            reset.poll(200)


def test_connections_past_their_header_do_not_count(serve, line):
    kept = [line(serve.base, WHOLE) for _ in range(protocol.UNANNOUNCED + 6)]
    assert {each.status() for each in kept} == {200}
    kept[0].send(WHOLE)
    assert kept[0].status() == 200


def test_nobody_keeps_more_connections_than_others_could_need(serve, line):
    kept = []
    for _ in range(protocol.KEPT + 2):
        kept.append(line(serve.base, WHOLE))
        assert kept[-1].status() in (200, 429)
    assert [each.read() for each in kept[:2]] == [b"", b""]
    kept[2].send(WHOLE)
    assert kept[2].status() in (200, 429)


def test_nor_sends_more_bodies_at_once_that_do_not_end(serve, line):
    coming = [line(serve.base, CHUNKED + b"\r\n") for _ in range(COMING + 6)]
    assert coming[-1].status() == 503


@pytest.mark.slow
def test_a_body_that_nobody_reads_is_not_waited_for(serve, line):
    second_port = serve.ws.replace("ws:", "http:")
    dripping = line(second_port, CHUNKED.replace(b"Transfer-Encoding: chunked", b"Content-Length: 100000") + b"\r\n")
    assert dripping.status() == 426
    dripping.socket.settimeout(0.2)
    with pytest.raises(ConnectionError):
        for _ in range(100):
            dripping.drip()


def test_after_a_body_that_came_late_the_connection_serves_on(serve, line):
    late = line(serve.ws.replace("ws:", "http:"), CHUNKED + b"\r\n")
    assert late.status() == 426
    late.send(b"0\r\n\r\n" + WHOLE)
    assert late.status() == 426


@pytest.mark.parametrize("more", [b"X: " + b"y" * 9_000 + b"\r\n", b"X: y\r\n" * 200, b"Content-Length: 5\r\n"])
def test_a_handshake_that_its_library_cannot_read_is_refused_and_closed(serve, line, more):
    assert line(serve.base, HANDSHAKE + more + b"\r\n").read().startswith(b"HTTP/1.1 431 ")


def test_the_cap_does_not_bind_a_trusted_proxy(line):
    with live_server(PROXY) as live:
        lines = [line(live.base, HALF) for _ in range(protocol.UNANNOUNCED + 6)]
        lines[0].send(b"alhost\r\n\r\n")
        assert lines[0].status() == 200


async def crowd_on_a_unix_socket(path: Path) -> list[bytes]:
    """What the last and the first of a crowd are told once each completes its header."""
    config = uvicorn.Config(doors.upgrade_required, http=Protocol, lifespan="off", log_config=None)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_unix_server(lambda: Protocol(config=config, server_state=ServerState(), app_state={}), path)
    async with AsyncExitStack() as stack:
        stack.callback(server.close)
        lines = [await asyncio.open_unix_connection(path) for _ in range(protocol.UNANNOUNCED + 6)]
        for _, writer in lines:
            stack.push_async_callback(writer.wait_closed)
            stack.callback(writer.close)
            writer.write(HALF)
        said = []
        for reader, writer in (lines[-1], lines[0]):
            writer.write(b"alhost\r\n\r\n")
            said.append(await reader.readline())
    return said


def test_the_cap_does_not_bind_a_unix_socket(tmp_path):
    said = asyncio.run(crowd_on_a_unix_socket(tmp_path / "socket"))
    assert [line.split()[1] for line in said] == [b"426", b"426"]


def test_the_second_port_has_the_same_anteroom(serve, line):
    lines = [line(serve.ws.replace("ws:", "http:"), HALF) for _ in range(protocol.UNANNOUNCED + 1)]
    assert lines[0].read() == b""


def test_what_is_no_http_is_refused_and_closed(serve, line):
    assert b" 400 " in line(serve.base, b"\x16\x03\x01\x02\x00").read()


def test_a_trailer_does_not_say_who_calls(line):
    said = b"X-Forwarded-For: 203.0.113.9\r\n"
    with live_server(PROXY) as live:
        live.manage("ban_ip", "203.0.113.66", "--reason", "test")
        forger = line(live.base, CHUNKED + said + b"\r\n0\r\nX-Forwarded-For: 203.0.113.66\r\n\r\n")
        assert b"is suspended" not in forger._part()


@pytest.mark.parametrize("end", [b"\r\nX: ", b""], ids=["short ones", "a long one"])
def test_trailers_have_a_budget(serve, line, end):
    writer = line(serve.base, CHUNKED + b"\r\n0\r\nX: ")
    with pytest.raises(ConnectionError):
        for _ in range(1000):
            writer.send(b"a" * 65_536 + end)


def test_a_body_of_tiny_chunks_is_within_the_budget(serve, line):
    writer = line(serve.base, CHUNKED.replace(b"/login/", b"/account/password/") + b"\r\n")
    for _ in range(20):
        writer.send(b"1\r\na\r\n" * 10_000)
    writer.send(b"0\r\n\r\n")
    assert writer.status() == 302
