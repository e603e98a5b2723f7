"""What the image starts, started as a container would start it, by the image's own words and by those of compose.yaml."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from openalgo.server import GRACE
from tests.live import ROOT
from tests.packaging import compose, image

SPACE = ["unshare", "--user", "--mount", "--net", "--map-user=10001", "--map-group=10001", "--keep-caps"]
can = subprocess.run([*SPACE, "true"], capture_output=True, check=False).returncode == 0 if sys.platform == "linux" else False

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not (can or os.environ.get("CI")), reason="no user namespaces here (Linux, util-linux)"),
]


@pytest.fixture(scope="module", params=["image", "compose"])
def told(request) -> Iterator[dict[str, Any]]:
    """What happened in a rehearsal, and the files that it left behind."""
    command, env = image.last("CMD").command(), image.environment()
    if request.param == "compose":
        command, env = compose.service("gateway")["command"], env | compose.service("gateway")["environment"]
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        app, data = Path(folder) / "app", Path(folder) / "data"
        data.mkdir()
        image.unpack(app)
        here = {"DATA_DIR": str(data), "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        run = [*SPACE, sys.executable, "-m", "tests.packaging.rehearse", json.dumps([str(app), env | here, command])]
        done = subprocess.run(run, cwd=ROOT, text=True, capture_output=True, timeout=180, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        yield json.loads(done.stdout) | {"form": request.param, "files": {path.name for path in data.iterdir()}}


def test_it_needs_nothing_writable_but_its_data_and_tmp(told):
    assert (told["read_only"], told["user"]) == (True, 10001)
    assert {".env", "openalgo.sqlite3"} <= told["files"]


def test_the_health_check_tells_a_running_server_from_none(told):
    assert (told["before"], told["running"], told["after"]) == (1, 0, 1), told["said"]


def test_it_stops_with_code_0_when_told_to(told):
    assert told["exit"] == 0, told["said"]


def test_it_prints_where_to_become_the_owner(told):
    host = "https://gateway.example.com" if told["form"] == "compose" else "http://localhost:5000"
    assert f"{host}/setup/" in told["said"]
    assert "***" not in told["said"] or told["form"] == "image"


def test_an_engine_waits_longer_for_the_end_than_requests_may_take():
    assert compose.seconds(compose.service("gateway")["stop_grace_period"]) > GRACE
