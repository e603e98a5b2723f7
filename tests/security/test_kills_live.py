"""Servers killed under a load of audited acts: what was answered as done is in the audit, and the chain is whole."""

import json
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import count
from typing import Any

import httpx
import pytest

from tests.browsing import Browser, browser
from tests.fleet import serving
from tests.live import Live, environment, manage
from tests.owned import PASSWORD

pytestmark = pytest.mark.slow

SERVERS, ROUNDS = 4, 5  # each of them is killed in every round
MOST = 12  # acts that a server answers, about, before it is killed
PATIENCE = 30.0  # seconds
TOLD = """
import json
from apiauth.models import ApiKey
from security.models import AuditEntry, Ban
of = lambda rows, column: list(rows.values_list(column, flat=True))
print(json.dumps({
    "audited": list(AuditEntry.objects.values_list("act", "about")),
    "bans:ban:order": of(Ban.objects.all(), "cidr"), "bans:ban:lift": of(Ban.objects.filter(state="lifted"), "cidr"),
    "keys:key:issue": of(ApiKey.objects.all(), "kid"), "keys:key:revoke": of(ApiKey.objects.exclude(revoked=None), "kid"),
}))
"""
Env = dict[str, str]
Said = set[tuple[str, str]]  # acts as the audit names them, and what each was about


class Load:
    """Bans, lifts, issues and revokes over HTTP until the server is gone; `done` is what was answered as done."""

    numbers = count()

    def __init__(self, live: Live, session: httpx.Cookies, pool: ThreadPoolExecutor) -> None:
        self.live, self.done = live, Said()
        self._session = session
        self._news = threading.Condition()
        self._ends = [pool.submit(self._go_on, act) for act in (self._ban, self._key)]

    def kill_at(self, many: int) -> None:
        """So many acts answered, and in the middle of whatever it is about then."""
        with self._news:
            assert self._news.wait_for(lambda: len(self.done) >= many, PATIENCE)
        self.live.process.kill()

    def end(self) -> Said:
        for each in self._ends:
            each.result(PATIENCE)
        return self.done

    def _go_on(self, act: Callable[[Browser, int], None]) -> None:
        with browser(self.live.base, cookies=self._session) as operator, suppress(httpx.TransportError):
            while True:
                act(operator, next(self.numbers))

    def _ban(self, operator: Browser, number: int) -> None:
        address = f"198.18.{number // 256}.{number % 256}"
        self._send(operator, "/security/", address=address, reason="fraud", duration="24h")
        self._note("bans:ban:order", f"{address}/32")
        self._send(operator, "/security/lift/", cidr=f"{address}/32")
        self._note("bans:ban:lift", f"{address}/32")

    def _key(self, operator: Browser, number: int) -> None:
        kid = operator.issue_key(str(number)).split("_")[2]
        self._note("keys:key:issue", kid)
        self._send(operator, f"/keys/{kid}/revoke/")
        self._note("keys:key:revoke", kid)

    def _send(self, operator: Browser, path: str, **fields: str) -> None:
        answer = operator.send(path, **fields)
        assert answer.status_code == 302, answer.text

    def _note(self, act: str, about: str) -> None:
        with self._news:
            self.done.add((act, about))
            self._news.notify_all()


@pytest.fixture
def env(engine) -> Iterator[Env]:
    with environment({"RATE_LIMITS": "off"}) as prepared:
        manage("create_owner", "owner", "owner@example.com", env=prepared | {"OWNER_PASSWORD": PASSWORD})
        yield prepared


@pytest.fixture
def session(env) -> httpx.Cookies:
    """Of an operator who has just proven their password."""
    with serving(env, servers=1) as (live,), browser(live.base) as operator:
        operator.log_in()
        operator.issue_key("first")
        return operator.client.cookies


def killed_under_load(env: Env, session: httpx.Cookies) -> Said:
    """What the servers of one round had answered as done."""
    with serving(env, servers=SERVERS) as servers, ThreadPoolExecutor(2 * SERVERS) as pool:
        loads = [Load(live, session, pool) for live in servers]
        for load in loads:
            load.kill_at(random.randint(1, MOST))  # noqa: S311 - no secret
        return {each for load in loads for each in load.end()}


def told(env: Env) -> Any:
    return json.loads(manage("shell", "-v", "0", "-c", TOLD, env=env).stdout)


def test_twenty_kills_of_servers_lose_no_act_that_was_answered(env, session):
    answered = set().union(*(killed_under_load(env, session) for _ in range(ROUNDS)))
    report = json.loads(manage("verify_audit", "--json", env=env, check=False).stdout)
    assert (report["whole"], report["break"]) == (True, None)
    found = told(env)
    audited = {(act, about) for act, about in found.pop("audited")}
    assert not answered - audited
    assert {(act, about) for act, rows in found.items() for about in rows} == {each for each in audited if each[0] in found}
