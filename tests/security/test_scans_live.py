"""Real scans against real servers: ffuf is shut out within its first seconds, and so is a scan spread over four processes."""

import json
import os
import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from statistics import median

import httpx
import pytest
import time_machine
from django.test import Client

from security import merging
from security.models import Ban
from tests.live import Live, environment, live_server
from tests.security.trying import ATTACKER

PROCESSES = 4
MERGED = 0.5  # seconds; what is promised is 250 ms, on a machine that runs nothing else
LEARNT = 1.0  # what is promised is 500 ms
FIRST_SECONDS = 2.0  # the start of ffuf with them
BEHIND_PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
WORDS = Path(__file__).parent / "corpus_common.txt"


@pytest.fixture(scope="module")
def street(engine):
    """Four processes on one database."""
    with ExitStack() as stack:
        env = stack.enter_context(environment(BEHIND_PROXY | {"RATE_LIMITS": "off"}))
        yield [stack.enter_context(live_server(env, second_port=False)) for _ in range(PROCESSES)]


def ask(live: Live, path: str, *, who: str) -> int:
    return httpx.get(f"{live.base}{path}", headers={"X-Forwarded-For": who}, timeout=30).status_code


def scan(live: Live, name: str, *, who: str) -> list[float]:
    """One path after the other until the answer is no 404 any more; when each 404 was asked for."""
    with httpx.Client(base_url=live.base, headers={"X-Forwarded-For": who}, timeout=30) as client:
        answered: list[float] = []
        asked = time.time()
        while client.get(f"/{name}{'x' * len(answered)}").status_code == 404:
            answered.append(asked)
            asked = time.time()
        return answered


@pytest.mark.slow
def test_a_scan_of_which_no_process_sees_enough_is_banned_in_all(street):
    for number in range(3 * PROCESSES):
        assert ask(street[number % PROCESSES], f"/{'x' * (number + 1)}", who="203.0.113.10") == 404
    until = time.monotonic() + MERGED + LEARNT
    for live in street:
        while ask(live, "/healthz", who="203.0.113.10") != 403:
            assert time.monotonic() < until


def enough(street: list[Live], *, who: str) -> float:
    """Points for a ban, of which no process sees more than three, and when the last was counted; ends with the ban."""
    for number in range(11):  # one leaks away meanwhile
        assert ask(street[number % PROCESSES], f"/{'x' * (number + 1)}", who=who) == 404
    counted = time.time()
    while ask(street[0], "/healthz", who=who) != 403:
        assert time.time() < counted + 30
    return counted


def banned_at(live: Live) -> dict[str, float]:
    rows = json.loads(live.manage("list_bans", "--json").stdout)
    return {row["cidr"]: datetime.fromisoformat(row["created"]).timestamp() for row in rows}


@pytest.mark.slow
def test_four_processes_overshoot_by_what_arrives_until_they_have_merged(street):
    counted = {f"203.0.113.{number}": enough(street, who=f"203.0.113.{number}") for number in range(100, 105)}
    banned = banned_at(street[0])
    assert median(banned[f"{who}/32"] - at for who, at in counted.items()) < MERGED


@pytest.mark.slow
def test_a_scan_at_full_speed_ends_in_four_processes_once_they_have_learnt_of_the_ban(street):
    with ThreadPoolExecutor(PROCESSES) as pool:
        scans = pool.map(lambda number: scan(street[number], "abcd"[number], who="203.0.113.11"), range(PROCESSES))
    answered = [at for each in scans for at in each]
    assert len(answered) >= 10
    assert max(answered) - banned_at(street[0])["203.0.113.11/32"] < LEARNT


@pytest.mark.slow
@pytest.mark.skipif(not (shutil.which("ffuf") or os.environ.get("CI")), reason="ffuf is not installed (Debian: ffuf)")
def test_ffuf_is_banned_within_its_first_seconds(engine, tmp_path):
    found = tmp_path / "found.json"
    with live_server(BEHIND_PROXY, second_port=False) as live:
        command = ["ffuf", "-s", "-u", f"{live.base}/FUZZ", "-w", str(WORDS), "-H", f"X-Forwarded-For: {ATTACKER.address}"]
        began = time.time()
        subprocess.run([*command, "-mc", "all", "-of", "json", "-o", str(found)], check=True, timeout=60, capture_output=True)
        shut_out = ask(live, "/healthz", who=ATTACKER.address), ask(live, "/healthz", who="198.51.100.7")
        banned = banned_at(live)[f"{ATTACKER.address}/32"]
    answers = [result["status"] for result in json.loads(found.read_text())["results"]]
    assert (len(answers) >= 300, shut_out) == (True, (403, 200))
    assert (banned - began < FIRST_SECONDS, len(answers) - answers.count(403) < 100) == (True, True)


@pytest.mark.django_db(transaction=True)
def test_the_same_list_at_a_word_a_minute_is_banned_by_the_daily_bucket():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        words, slow = iter(WORDS.read_text().split()), Client(REMOTE_ADDR=ATTACKER.address)
        while slow.get(f"/{next(words)}").status_code == 404:
            merging.merge()
            clock.shift(60)
        assert "within 24 h" in Ban.objects.get().reason


def test_the_word_list_is_long_enough():
    assert len(set(WORDS.read_text().split())) >= 300
