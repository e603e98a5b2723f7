"""Compares authenticated `ping` through the full stack with less of it, in one run; ratios first."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

ROUNDS, SECONDS, WARM_UP = 3, 3.0, 1.0
TARGET = 0.5
PING = "/api/v1/ping"


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    stack: str
    path: str


CASES = (
    Case("full stack", "full", PING),
    Case("(a) ping, key check, no middleware, no gatehouse", "bare", PING),
    Case("(b) plain view, no middleware, no gatehouse", "bare", "/plain"),
    Case("(c) full stack, Django's own ASGI handler", "stock", PING),
)

Measures = dict[str, float]


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="openalgo-bench-") as folder, ExitStack() as stack:
        env = {**os.environ, "DATA_DIR": folder, "RATE_LIMITS": "off", "OWNER_PASSWORD": os.urandom(12).hex()}
        env = {name: value for name, value in env.items() if name not in ("DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL")}
        _run("manage.py", "create_owner", "owner", "owner@example.com", env=env)
        body = json.dumps({"apikey": _run("manage.py", "issue_api_key", "owner", "--name", "bench", env=env).strip()})
        ports = {name: stack.enter_context(_server(name, env)) for name in ("full", "bare", "stock")}
        results = _measure(ports, body, env)
    _report(results)


def _measure(ports: dict[str, int], body: str, env: dict[str, str]) -> dict[str, list[Measures]]:
    """In rounds, so that whatever else the machine does falls on all alike."""
    results: dict[str, list[Measures]] = {case.name: [] for case in CASES}
    for case in CASES:
        _load(ports, case, WARM_UP, body, env)
    for _ in range(ROUNDS):
        for case in CASES:
            results[case.name].append(_load(ports, case, SECONDS, body, env))
    return results


def _load(ports: dict[str, int], case: Case, seconds: float, body: str, env: dict[str, str]) -> Measures:
    sent = body if case.path == PING else ""
    measures: Measures = json.loads(_run("-m", "bench.load", str(ports[case.stack]), case.path, str(seconds), sent, env=env))
    return measures


def _report(results: dict[str, list[Measures]]) -> None:
    median = {
        name: {key: statistics.median(each[key] for each in rounds) for key in ("rate", "p50", "p99")}
        for name, rounds in results.items()
    }
    full, *others = CASES
    for case in others:
        ratio = median[full.name]["rate"] / median[case.name]["rate"]
        verdict = "" if case is not others[0] else f"   target {TARGET}: {'met' if ratio >= TARGET else 'MISSED'}"
        print(f"{ratio:6.2f} x {case.name}{verdict}")
    print(f"\n{'':50} requests/s   p50 ms   p99 ms")
    for name, each in median.items():
        print(f"{name:50} {each['rate']:10.0f} {each['p50']:8.1f} {each['p99']:8.1f}")
    print(f"\nMedians of {ROUNDS} rounds of {SECONDS:g} s, 32 connections, client and server on the same machine.")


@contextmanager
def _server(name: str, env: dict[str, str]) -> Iterator[int]:
    process = subprocess.Popen([sys.executable, "-m", "bench.server", name], env=env, text=True, stdout=subprocess.PIPE)
    try:
        yield int(process.stdout.readline()) if process.stdout else 0
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _run(*args: str, env: dict[str, str]) -> str:
    return subprocess.run([sys.executable, *args], env=env, text=True, stdout=subprocess.PIPE, check=True, timeout=60).stdout


if __name__ == "__main__":
    main()
