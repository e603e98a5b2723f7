"""What strangers can do a thousand times a second writes no line of the log each."""

import socket
import struct

import pytest

from tests.live import live_server

HANDSHAKE = (
    "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def test_who_leaves_before_the_answers_leaves_no_trace(line):
    with live_server() as live:
        for _ in range(10):
            impatient = line(live.base, b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n" * 20)
            impatient.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            impatient.close()
        live.stop()
        assert "Traceback" not in "".join(live.output)


@pytest.mark.parametrize("path", ["/ws", "/live/"])
def test_a_refused_handshake_is_no_error_in_the_log(line, path):
    with live_server() as live:
        live.manage("ban_ip", "127.0.0.1", "--reason", "test", "--force")
        caller = line(live.base, f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{HANDSHAKE}\r\n".encode())
        assert caller.status() == 403
        live.stop()
        assert "ERROR" not in "".join(live.output)


def test_a_frame_that_is_no_text_leaves_no_trace(line):
    with live_server() as live:
        caller = line(live.base, f"GET /ws HTTP/1.1\r\nHost: localhost\r\n{HANDSHAKE}\r\n".encode())
        assert caller.status() == 101
        caller.send(b"\x81\x81\0\0\0\0\xff")
        caller.read()
        live.stop()
        assert "Traceback" not in "".join(live.output)
