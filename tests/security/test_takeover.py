"""Two real processes on one database: one works, and when it is killed the other does within ten seconds."""

import pytest

from tests.live import live_server

pytestmark = pytest.mark.slow

WORKING = "Background work runs in this process"


def test_a_killed_process_is_followed_within_ten_seconds():
    with live_server() as first:
        first.wait_for(WORKING)
        with live_server(first.env) as second:
            assert not [line for line in second.output if WORKING in line]
            first.process.kill()
            second.wait_for(WORKING, seconds=10)


def test_a_process_that_stops_hands_over_at_once():
    with live_server() as first:
        first.wait_for(WORKING)
        with live_server(first.env) as second:
            first.stop()
            second.wait_for(WORKING, seconds=5)
