"""Debian's crowdsec-custom-bouncer beside a real server: it adds and deletes as bans come and go, and outlives a restart."""

import json
import os
import select
import stat
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.blocklists.tools import needs
from tests.live import environment, free_port, live_server, manage
from tests.owned import PASSWORD

pytestmark = [pytest.mark.slow, needs("crowdsec-custom-bouncer", "crowdsec-custom-bouncer")]

PATIENCE = 30.0  # seconds for what should come within one
UNLIMITED = {"RATE_LIMITS": "off", "OWNER_PASSWORD": PASSWORD}
CONFIG = """
bin_path: {binary}
feed_via_stdin: {stdin}
total_retries: 0
piddir: {folder}
update_frequency: 300ms
cache_retention_duration: 300ms
daemonize: false
log_mode: stdout
log_level: info
api_url: {base}/
api_key: {key}
prometheus:
  enabled: false
"""
# Called once a decision, or once for all with a line of JSON for each: both end up in the pipe, a line each.
BINARY = {"false": 'echo "$1 $2 $3 $4 $5" > {pipe}', "true": "exec cat > {pipe}"}


@dataclass
class Told:
    """What the bouncer had its program do."""

    pipe: int
    left: bytes = b""

    def next(self) -> tuple[str, str, dict[str, Any]]:
        """The verb, the address or range, and the decision."""
        while b"\n" not in self.left:
            assert select.select([self.pipe], [], [], PATIENCE)[0], "the bouncer did nothing"
            self.left += os.read(self.pipe, 65536)
        line, _, self.left = self.left.partition(b"\n")
        verb, _, rest = line.decode().partition(" ")
        decision = json.loads(line if line.startswith(b"{") else rest[rest.index("{") :])
        return decision.get("action") or verb, decision["value"], decision

    def verbs(self, count: int) -> set[tuple[str, str]]:
        return {self.next()[:2] for _ in range(count)}


@pytest.fixture
def env() -> Iterator[dict[str, str]]:
    """An owner who has a key for the bouncer; no server yet."""
    with environment(UNLIMITED) as prepared:
        manage("create_owner", "owner", "owner@example.com", env=prepared)
        yield prepared


def issued(env: dict[str, str]) -> str:
    return manage("issue_api_key", "owner", "--name", "bouncer", "--scopes", "bans", env=env).stdout.strip()


def ban(env: dict[str, str], *cidrs: str, length: str = "1w") -> None:
    for cidr in cidrs:
        manage("ban_ip", cidr, "--reason", "scans", "--for", length, env=env)


@contextmanager
def bouncing(folder: Path, base: str, key: str, *, stdin: str) -> Iterator[Told]:
    """The bouncer as a process, and what it does."""
    pipe, binary, config = folder / "pipe", folder / "note", folder / "bouncer.yaml"
    os.mkfifo(pipe)
    binary.write_text(f"#!/bin/sh\n{BINARY[stdin].format(pipe=pipe)}\n")
    binary.chmod(stat.S_IRWXU)
    config.write_text(CONFIG.format(binary=binary, stdin=stdin, folder=folder, base=base, key=key))
    opened = os.open(pipe, os.O_RDWR)
    process = subprocess.Popen(["crowdsec-custom-bouncer", "-c", str(config)], stdin=subprocess.DEVNULL)
    try:
        yield Told(opened)
    finally:
        process.terminate()
        process.wait(PATIENCE)
        os.close(opened)


@pytest.mark.parametrize("stdin", ["false", "true"], ids=["called for each", "fed by a pipe"])
def test_the_bouncer_adds_and_deletes(env, tmp_path, stdin):
    ban(env, "203.0.113.9", "2001:db8::/48", length="permanent")
    with live_server(env, second_port=False) as live, bouncing(tmp_path, live.base, issued(env), stdin=stdin) as told:
        assert told.verbs(2) == {("add", "203.0.113.9"), ("add", "2001:db8::/48")}
        ban(env, "203.0.113.10")
        verb, value, decision = told.next()
        assert (verb, value, decision["scenario"], decision["origin"]) == ("add", "203.0.113.10", "manual", "command")
        manage("unban_ip", "203.0.113.9", env=env)
        assert told.verbs(1) == {("del", "203.0.113.9")}


def test_the_bouncer_goes_on_after_a_restart(env, tmp_path):
    port = ["--port", str(free_port())]
    with (
        live_server(env, *port, second_port=False) as first,
        bouncing(tmp_path, first.base, issued(env), stdin="false") as told,
    ):
        ban(env, "203.0.113.9")
        assert told.verbs(1) == {("add", "203.0.113.9")}
        first.end()
        manage("unban_ip", "203.0.113.9", env=env)
        ban(env, "203.0.113.10")
        with live_server(env, *port, second_port=False):
            assert told.verbs(2) == {("del", "203.0.113.9"), ("add", "203.0.113.10")}


def test_of_two_processes_each_goes_on_where_the_other_ended(env):
    headers, heard = {"X-Api-Key": issued(env)}, []
    with live_server(env, second_port=False) as one, live_server(env, second_port=False) as other:
        for number, live in enumerate((one, other, one, other, other)):
            if number < 4:
                ban(env, f"203.0.113.{number}")
            told = httpx.get(f"{live.base}/v1/decisions/stream", headers=headers).raise_for_status().json()
            heard.append([each["value"] for each in told["new"]])
    assert heard == [["203.0.113.0"], ["203.0.113.1"], ["203.0.113.2"], ["203.0.113.3"], []]
