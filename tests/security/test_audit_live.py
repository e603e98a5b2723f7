"""The audit chain under real processes, on both engines: gapless, unbroken by kills, quick to verify."""

import json
import random
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.live import environment, live_server, manage, start

pytestmark = [pytest.mark.slow, pytest.mark.only_on("sqlite")]  # each runs on both engines itself

DRIVER = "-m", "tests.security.audit_driver"
Env = dict[str, str]


@pytest.fixture
def env(engine) -> Iterator[Env]:
    with environment({}) as prepared:
        yield prepared


def verified(env: Env) -> Any:
    return json.loads(manage("verify_audit", "--json", env=env, check=False).stdout)


def fill(env: Env, count: int) -> None:
    filler = start(env, *DRIVER, "fill", str(count))
    filler.wait_for(rf"^{count}$", seconds=300)
    filler.end()


def test_four_processes_write_forty_thousand_rows_without_a_gap(env):
    writers = [start(env, *DRIVER, "rows", "1000", "10") for _ in range(4)]
    assert [writer.process.wait(400) for writer in writers] == [0] * 4
    for writer in writers:
        writer.end()
    told = verified(env)
    assert (told["whole"], told["last"]) == (True, 40_000)


def test_no_writer_of_four_waits_long_or_is_locked_out(env):
    writers = [start(env, *DRIVER, "rows", "500", "1") for _ in range(4)]
    waits = [float(writer.wait_for(r"^(\d+\.\d+)$")[1]) for writer in writers]
    for writer in writers:
        writer.end()
    assert max(waits) < 5.0
    assert not [line for writer in writers for line in writer.output if "locked" in line]


def kill_at_a_random_moment(env: Env) -> None:
    writers = [start(env, *DRIVER, "bans", "100000") for _ in range(2)]
    for writer in writers:
        writer.wait_for(rf"^{random.randint(1, 20)}$")  # noqa: S311 - no secret
        writer.process.kill()
    for writer in writers:
        writer.end()


def test_twenty_kills_under_load_leave_the_chain_unbroken(env):
    for _ in range(10):
        kill_at_a_random_moment(env)
    told = verified(env)
    assert (told["whole"], told["break"]) == (True, None)
    assert told["last"] > 40


def test_a_killed_prune_leaves_each_stretch_here_or_archived(env):
    manage("shell", "--verbosity", "0", "-c", OLD, env=env)
    for day in random.sample(range(1, 40), 6):  # the driver says which day it has pruned
        pruner = start(env, *DRIVER, "prune", "40")
        pruner.wait_for(rf"^{day}$")
        pruner.process.kill()
        pruner.end()
        assert verified(env)["whole"]


OLD = """
from datetime import UTC, datetime, timedelta
from tests.security import chains
chains.BEGAN = datetime.now(UTC) - timedelta(days=40)
chains.make(4_000, step=timedelta(minutes=14))
"""


@pytest.mark.parametrize("seq", [500_000])
def test_a_million_rows_verify_in_half_a_minute_and_an_edit_is_named(env, seq):
    fill(env, 1_000_000)
    began = time.monotonic()
    assert verified(env)["last"] == 1_000_000
    assert time.monotonic() - began < 30
    manage("shell", "--verbosity", "0", "-c", EDIT.format(seq=seq), env=env)
    assert verified(env)["break"]["seq"] == seq


EDIT = """
from django.db import connection
from security import triggers
from tests.security.chains import edit
triggers.remove(connection)
edit("about", "'203.0.113.8'", {seq})
"""


def test_the_admin_looks_at_a_full_chain_quickly(env):
    fill(env, 300_000)
    told = manage("shell", "--verbosity", "0", "-c", LOOK, env=env).stdout
    assert float(re.findall(r"took (\S+)", told)[0]) < 1.0


LOOK = """
import time
from django.test import Client
from django.conf import settings
settings.ALLOWED_HOSTS = ["testserver"]
from accounts.models import Role, User
client = Client()
client.force_login(User.objects.create(username="owner", email="o@example.com", role=Role.OWNER))
client.get("/admin/security/auditentry/")
began = time.monotonic()
assert client.get("/admin/security/auditentry/").status_code == 200
print("took", time.monotonic() - began)
"""


def test_a_server_that_starts_on_a_broken_chain_says_so(monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "")
    with environment({}) as env:
        fill(env, 100)
        manage("shell", "--verbosity", "0", "-c", EDIT.format(seq=50), env=env)
        with live_server(env) as server:
            server.wait_for(r"alert audit-chain: The audit chain is broken at row 50 \(edit\)")
