"""More requests than threads: they wait, and beyond the room they are told to come again."""

import select
from socket import socket
from typing import Any

import httpx
import pytest

from openalgo.http import ROOM_OF_ONE
from tests.live import live_server
from tests.openalgo.conftest import PROBES

PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
RUNNING, TOO_MANY = 1, 2  # strangers hold one thread


class Crowd:
    """Requests of one subject: one runs until it is let go, the room is full, and two find no place."""

    def __init__(self, base: str, line: Any, held: socket) -> None:
        request = b"GET /probe/hold?port=%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % held.getsockname()[1]
        self.held = held
        self.lines = [line(base, request) for _ in range(RUNNING)]
        self.running = [held.accept()[0] for _ in range(RUNNING)]
        self.lines += [line(base, request) for _ in range(ROOM_OF_ONE + TOO_MANY)]

    def answers(self, number: int) -> list[bytes]:
        """The next so many answers."""
        said: dict[socket, bytes] = {}
        while len(said) < number:
            for ready in select.select([each.socket for each in self.lines if each.socket not in said], [], [], 20)[0]:
                said[ready] = ready.recv(65536)
        self.lines = [each for each in self.lines if each.socket not in said]
        return list(said.values())

    def release(self) -> None:
        for view in self.running:
            view.close()
        for _ in range(ROOM_OF_ONE):
            self.held.accept()[0].close()


@pytest.fixture
def crowd(serve, line, held) -> Crowd:
    return Crowd(serve.base, line, held)


def test_one_subject_may_not_fill_the_room_and_who_waits_is_served(crowd):
    refused = crowd.answers(TOO_MANY)
    crowd.release()
    assert all(b" 503 " in each and b"retry-after: 1\r\n" in each for each in refused)
    assert all(b" 200 " in each for each in crowd.answers(RUNNING + ROOM_OF_ONE))


def test_a_caller_met_before_is_served_while_a_stranger_holds_the_strangers_thread(line, held):
    with (
        live_server(PROBES | PROXY) as live,
        httpx.Client(base_url=live.base, headers={"X-Forwarded-For": "198.51.100.7"}) as known,
    ):
        known.get("/probe/meet")
        hold = b"GET /probe/hold?port=%d HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n"
        stranger = line(live.base, hold % held.getsockname()[1])
        running = held.accept()[0]
        assert known.get("/probe/nothing").status_code == 204
        running.close()
        assert stranger.status() == 200
