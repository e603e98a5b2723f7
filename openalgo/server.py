"""Two uvicorn servers in one event loop: pages and API on one port, programs' WebSockets on the other; one end for both."""

import asyncio
import contextlib
import logging
import resource
import signal
import socket
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import uvicorn

from openalgo.body import App
from openalgo.lifespan import Street
from openalgo.protocol import Protocol
from openalgo.wsprotocol import SocketProtocol

logger = logging.getLogger(__name__)

BACKLOG = 1024
OPEN_FILES = 65_536
PING_SECONDS = 20.0  # between two pings of a socket, and for its pong
WEBSOCKET_BYTES = 64 * 1024  # of one message
UNREAD_MILLISECONDS = 20_000  # what a peer may leave unacknowledged before the kernel gives the connection up
GRACE = 30  # seconds in which running requests may finish
STREAM_GRACE = 2.0  # seconds for running streams, which may have no end


@dataclass(frozen=True, slots=True)
class Port:
    app: App
    socket: socket.socket


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, *, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield  # both servers end together; uvicorn's own way would raise the signal again afterwards

    async def main_loop(self) -> None:
        self._ready()
        await super().main_loop()


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes any free one. Raises OSError where the port is taken."""
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    listener = socket.create_server((host, port), family=family, backlog=BACKLOG)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux alone has it
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
    return listener


def run(street: Street, ports: list[Port], *, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM or SIGINT, then finish what runs; a second signal does not wait for it."""
    _raise_file_limit()
    config = _config(street)
    with asyncio.Runner(loop_factory=config.get_loop_factory()) as runner:
        runner.run(_run(street, ports, ready))


async def _run(street: Street, ports: list[Port], ready: Callable[[], None]) -> None:
    up: list[None] = []

    def one_is_up() -> None:
        up.append(None)
        if len(up) == len(ports):
            ready()

    servers = [_Server(_config(port.app), ready=one_is_up) for port in ports]
    await street.start()
    _leave_on_signals(street, servers)
    try:
        await asyncio.gather(*(server.serve(sockets=[port.socket]) for server, port in zip(servers, ports, strict=True)))
    finally:
        await street.stop()


def _leave_on_signals(street: Street, servers: list[_Server]) -> None:
    loop = asyncio.get_running_loop()

    def leave() -> None:
        logger.info("Stopping; requests that run are finished first.")
        for server in servers:
            server.force_exit = server.should_exit
            server.should_exit = True
        loop.call_later(STREAM_GRACE, street.bridge.end_streams)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, leave)


def _config(app: App) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=Protocol,
        ws=SocketProtocol,
        lifespan="off",
        log_config=None,
        log_level="error",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        ws_max_size=WEBSOCKET_BYTES,
        ws_per_message_deflate=False,
        ws_ping_interval=PING_SECONDS,
        ws_ping_timeout=PING_SECONDS,
        timeout_graceful_shutdown=GRACE,
    )


def _raise_file_limit() -> None:
    """Many systems allow 1,024 open files; a server that cannot accept disturbs everybody."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
