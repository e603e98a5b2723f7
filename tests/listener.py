"""A program's socket to a running server, by the `websockets` library."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

PATIENCE = 10.0  # seconds


class Listener:
    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    def say(self, **fields: Any) -> None:
        self.connection.send(json.dumps(fields))

    def frame(self, kind: str | None = None) -> Any:
        """The next frame, or the next of a type."""
        while True:
            found = json.loads(self.connection.recv(timeout=PATIENCE))
            if kind in (None, found.get("type", "error")):
                return found

    def ask(self, kind: str | None = None, /, **fields: Any) -> Any:
        self.say(**fields)
        return self.frame(kind)

    def code(self) -> int:
        """With which it is closed; frames before that are skipped."""
        until = time.monotonic() + PATIENCE
        try:
            while time.monotonic() < until:
                self.connection.recv(timeout=PATIENCE)
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006
        raise AssertionError("It is still open.")


@contextmanager
def listening(url: str, **more: Any) -> Iterator[Listener]:
    with connect(url, **more) as connection:
        yield Listener(connection)


@contextmanager
def program(url: str, token: str, **more: Any) -> Iterator[Listener]:
    """One that has proven itself."""
    with listening(url, **more) as listener:
        assert listener.ask(action="authenticate", api_key=token)["status"] == "success"
        yield listener
