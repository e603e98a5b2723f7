"""A Redis of a test's own, which may be stopped, frozen and started again."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

from tests.live import free_port

PATIENCE = 20.0  # seconds; who lost it tries again every second


class RedisServer:
    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """On the same port every time; it answers when this returns."""
        arguments = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""]
        self.process = subprocess.Popen(arguments, stdout=subprocess.DEVNULL)
        with redis.Redis(port=self.port, retry=Retry(ConstantBackoff(0.05), 200)) as client:
            client.ping()

    def wait_for_listeners(self, count: int) -> None:
        """Until so many have subscribed to the one channel that there is."""
        ends = time.monotonic() + PATIENCE
        with redis.Redis(port=self.port) as client:
            while [many for channel in client.pubsub_channels() for _, many in client.pubsub_numsub(channel)] != [count]:
                assert time.monotonic() < ends

    def freeze(self) -> None:
        """It takes connections and answers nothing."""
        assert self.process
        self.process.send_signal(signal.SIGSTOP)

    def stop(self) -> None:
        """At once, a frozen one as well."""
        if self.process:
            self.process.kill()
            self.process.wait()


@contextmanager
def redis_server() -> Iterator[RedisServer]:
    """Not started yet; stopped when the block ends."""
    if not shutil.which("redis-server"):
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("redis-server is not installed (Debian: redis-server)")
    server = RedisServer()
    try:
        yield server
    finally:
        server.stop()
