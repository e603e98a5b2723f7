"""A trail of one process, and the way of a request to it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from openalgo import doors
from openalgo.http import Bridge
from security.asgi import Gatehouse
from tests.security.trails import Trail


@pytest.fixture
def kept(tmp_path: Path, settings) -> Iterator[Trail]:
    settings.DATA_DIR = tmp_path
    opened = Trail()
    yield opened
    opened.kill()


@pytest.fixture
def gate(kept) -> Iterator[Gatehouse]:
    bridge = Bridge()
    yield Gatehouse(http=bridge, websocket=doors.first)
    bridge.stop(seconds=5)
