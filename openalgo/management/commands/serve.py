"""Serves the gateway on two ports, after looking for what would make that unsafe."""

import errno
import os
import socket
from argparse import ArgumentParser
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, connections

from accounts import setup
from openalgo import server, unsafe
from openalgo.lifespan import NotReady
from security import migrating

OTHER_PORTS = "Others are named by --port and --ws-port (0 for none)."


class Command(BaseCommand):
    help = "Serve pages, API and WebSockets until SIGTERM."
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=settings.DEFAULT_PORT, help="pages and API; 0 takes a free one")
        parser.add_argument("--ws-port", type=int, default=8765, help="WebSockets of programs; 0 for none")

    def handle(self, *args: Any, host: str, port: int, ws_port: int, **options: Any) -> None:
        for sentence in unsafe.refusals(host):
            raise CommandError(sentence)
        self._warn(host)
        self._migrate()
        listener = self._listen(host, port)
        second = self._listen(host, ws_port) if ws_port else None
        settings.PUBLIC_BASE_URL = settings.PUBLIC_BASE_URL or f"http://localhost:{listener.getsockname()[1]}"
        asgi = import_module("openalgo.asgi")  # it builds the middleware, which reads the settings
        ports = [server.Port(asgi.application, listener)]
        if second:
            ports.append(server.Port(asgi.second_door, second))
        lines = self._lines(listener, second)
        connections.close_all()
        try:
            server.run(asgi.application, ports, ready=lambda: self._announce(lines))
        except NotReady as error:
            raise CommandError(str(error)) from error

    def _warn(self, host: str) -> None:
        if not settings.PUBLIC_BASE_URL and not unsafe.is_loopback(host):
            names = ", ".join(settings.ALLOWED_HOSTS)
            self._warning(f"PUBLIC_BASE_URL is empty: whoever calls this server by another name than {names} is refused.")
        if os.geteuid() == 0:
            self._warning("Running as root. Make a user for it: what breaks into the server is then not root.")
        if not settings.BANS:
            self._warning("BANS=off: nobody is banned and nobody will be.")
        if settings.RATE_LIMITS == "off":
            self._warning("RATE_LIMITS=off: nobody is slowed down.")
        self.stderr.flush()

    def _warning(self, sentence: str) -> None:
        self.stderr.write(self.style.WARNING(f"*** {sentence} ***"))

    def _migrate(self) -> None:
        try:
            migrating.migrate_embedded()
            pending = migrating.is_pending()
        except OperationalError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
        if pending:
            raise CommandError("The database is not up to date: run manage.py migrate.")

    def _listen(self, host: str, port: int) -> socket.socket:
        try:
            return server.listen(host, port)
        except (OSError, OverflowError) as error:
            if isinstance(error, OSError) and error.errno == errno.EADDRINUSE:
                raise CommandError(f"Port {port} is taken. Does the server run already? {OTHER_PORTS}") from error
            raise CommandError(f"Cannot listen on {host} port {port}: {str(error).rstrip('.')}.") from error

    def _lines(self, listener: socket.socket, second: socket.socket | None) -> list[str]:
        lines = [f"OpenAlgo listens on {_url('http', listener)}"]
        if second:
            lines.append(f"Programs' WebSockets on {_url('ws', second)}")
        if setup.needed():
            lines.append(f"There is no owner yet. Become the owner by this link: {setup.link(settings.PUBLIC_BASE_URL)}")
        return lines

    def _announce(self, lines: list[str]) -> None:
        for line in lines:
            self.stdout.write(line)
        self.stdout.flush()


def _url(scheme: str, listener: socket.socket) -> str:
    address, port = listener.getsockname()[:2]
    return f"{scheme}://[{address}]:{port}" if ":" in address else f"{scheme}://{address}:{port}"
