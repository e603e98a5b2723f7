"""Compares authenticated `ping` through the full stack with less of it, in one run; ratios first."""

import json
import statistics
from contextlib import ExitStack
from dataclasses import dataclass

from bench import stage, walls

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
    with stage.owned() as (env, key), ExitStack() as stack:
        body = json.dumps({"apikey": key})
        ports = {name: stack.enter_context(stage.server(name, env)).port for name in ("full", "bare", "stock")}
        results = _measure(ports, body, env)
    _report(results)
    walls.main()


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
    load = stage.begin("-m", "bench.load", str(ports[case.stack]), case.path, str(seconds), sent, env=env)
    return stage.finish(load)


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


if __name__ == "__main__":
    main()
