"""The traffic trail under real kills, on both engines: every answered request is in it, none twice."""

import http.client
import json
import os
import random
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.live import Live, environment, live_server, manage

pytestmark = [pytest.mark.slow, pytest.mark.only_on("sqlite")]  # each runs on both engines itself

BEHIND = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for", "RATE_LIMITS": "off"}
KILLS, CLIENTS = 20, 4
TAKEN = "Took in what a process left"
Env = dict[str, str]


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def env(request, monkeypatch) -> Iterator[Env]:
    url = os.environ.get("TEST_POSTGRES_URL", "") if request.param == "PostgreSQL" else ""
    if request.param == "PostgreSQL" and not url:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("TEST_POSTGRES_URL names no server")
    monkeypatch.setenv("DATABASE_URL", url)
    with environment(BEHIND) as prepared:
        yield prepared


class Load:
    """Clients that each ask, and ask again once they have read the answer; every request comes from an address of its own."""

    def __init__(self) -> None:
        self.answered: list[str] = []
        self._numbers = count()
        self._news = threading.Condition()

    def until_killed(self, server: Live, *, after: int) -> None:
        clients = [threading.Thread(target=self._ask, args=[server.base]) for _ in range(CLIENTS)]
        for each in clients:
            each.start()
        self._wait_for(len(self.answered) + after)
        server.process.kill()
        for each in clients:
            each.join()

    def _wait_for(self, many: int) -> None:
        with self._news:
            assert self._news.wait_for(lambda: len(self.answered) >= many, timeout=60)

    def _ask(self, base: str) -> None:
        url = urlsplit(base)
        connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=20)
        while (address := self._address()) and _answers(connection, address):
            with self._news:
                self.answered.append(address)
                self._news.notify_all()
        connection.close()

    def _address(self) -> str:
        number = next(self._numbers)
        return f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def _answers(connection: http.client.HTTPConnection, address: str) -> bool:
    """Whether the answer could be read to its end."""
    try:
        connection.request("GET", "/healthz", headers={"X-Forwarded-For": address})
        with connection.getresponse() as answer:
            return answer.status == 200 and answer.read() == b"ok\n"
    except (OSError, http.client.HTTPException):
        return False


def subjects(env: Env) -> list[str]:
    """Of all requests in the trail, once another process was there and stopped in order."""
    left = len(list((Path(env["DATA_DIR"]) / "spool").glob("*.spool")))
    with live_server(env) as server:
        assert server.wait_until(lambda output: sum(TAKEN in line for line in output) == left)
        server.stop()
    found: list[str] = json.loads(manage("shell", "--verbosity", "0", "-c", ROWS, env=env).stdout)
    return found


ROWS = """
import json
from security.models import Rollup, TrafficEntry
found = list(TrafficEntry.objects.values_list("subject", flat=True))
assert sum(Rollup.objects.filter(span=600).values_list("requests", flat=True)) == len(found)
print(json.dumps(found))
"""


def test_twenty_kills_under_load_lose_no_answered_request_and_count_none_twice(env):
    load = Load()
    for _ in range(KILLS):
        with live_server(env) as server:
            load.until_killed(server, after=random.randint(100, 600))  # noqa: S311 - no secret
    found = subjects(env)
    assert len(found) == len(set(found))
    assert set(load.answered) <= set(found)
    assert len(load.answered) > 100 * KILLS


def test_a_killed_process_is_taken_over_by_its_neighbour_within_ten_seconds(env):
    load = Load()
    with live_server(env) as neighbour, live_server(env) as server:
        load.until_killed(server, after=50)
        neighbour.wait_for(TAKEN, seconds=10)
