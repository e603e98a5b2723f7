"""SIGTERM: running requests finish, streams and idle connections do not hold it up, the exit code is 0."""

import signal
import time

import pytest

from tests.live import live_server
from tests.openalgo.conftest import PROBES

GET = b"GET %b HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def live():
    with live_server(PROBES) as running:
        yield running


def test_a_running_request_is_finished(live, line, held):
    reader = line(live.base, GET % b"/probe/hold?port=%d" % held.getsockname()[1])
    view, _ = held.accept()
    live.process.terminate()
    live.wait_for("Stopping")
    view.close()
    assert reader.status() == 200
    assert live.process.wait(20) == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_idle_connections_and_a_stream_do_not_hold_it_up(live, line, number):
    idle, stream = line(live.base, GET % b"/healthz"), line(live.base, GET % b"/probe/endless")
    assert (idle.status(), stream.status()) == (200, 200)
    began = time.monotonic()
    live.process.send_signal(number)
    assert live.process.wait(20) == 0
    assert time.monotonic() - began < 8


def test_a_second_signal_does_not_wait(live, line, held):
    line(live.base, GET % b"/probe/hold?port=%d" % held.getsockname()[1])
    view, _ = held.accept()
    live.process.terminate()
    live.wait_for("Stopping")
    live.process.terminate()
    assert live.process.wait(20) == 0
    view.close()
