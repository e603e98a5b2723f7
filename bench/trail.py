"""What the traffic trail costs a request: `python -m bench.trail`; with and without it in one run."""

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench import stage
from bench.stage import Env, Running

PING = "/api/v1/ping"
ROUNDS, SECONDS = 5, 3.0
ROWS = 20_000


def main() -> None:
    print(f"{_alone():.1f} us a row, written before the answer is handed on")
    with (
        stage.owned(**stage.BEHIND) as (env, key), stage.owned(**stage.BEHIND) as (other, other_key),
        stage.server("full", env) as trailed, stage.server("untrailed", other) as bare,
    ):  # fmt: skip
        _compare({"with": (trailed, env, key), "without": (bare, other, other_key)})


def _compare(servers: dict[str, tuple[Running, Env, str]]) -> None:
    rates: dict[str, list[float]] = {name: [] for name in servers}
    costs: dict[str, list[float]] = {name: [] for name in servers}
    for _ in range(ROUNDS + 1):
        for name, (server, env, key) in servers.items():
            before = server.cpu()
            body = json.dumps({"apikey": key})
            rate = stage.finish(stage.begin("-m", "bench.load", str(server.port), PING, str(SECONDS), body, env=env))["rate"]
            rates[name].append(rate)
            costs[name].append(1e6 * (server.cpu() - before) / (rate * SECONDS))
    told = {name: (statistics.median(rates[name][1:]), statistics.median(costs[name][1:])) for name in servers}
    for name, (rate, cost) in told.items():
        print(f"{rate:6.0f} requests/s, {cost:5.0f} us of CPU each, {name} the trail")
    rate, cost = (told["with"][0] / told["without"][0], told["with"][1] - told["without"][1])
    print(f"{rate:.2f} of the requests/s, {cost:.0f} us of CPU more")


def _alone() -> float:
    """Microseconds of one row on the path of a request, the best of three runs."""
    with tempfile.TemporaryDirectory(prefix="openalgo-bench-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "openalgo.settings"}
        import django

        django.setup()
        from django.urls import resolve

        from security import clientip, trail
        from security.spool import Spool

        spool = Spool(Path(folder) / "spool")
        spool.turn()
        trail.open_to(spool)
        caller = clientip.resolve({"client": ("203.0.113.9", 4000), "headers": []})
        scope = {"method": "POST", "path": PING, "headers": [(b"host", b"x"), (b"user-agent", b"bench")], "caller": caller}
        match = resolve(PING)

        def row() -> None:
            trail.begin()
            trail.arrived()
            trail.proven(user="owner", key="aaaaaaaaaa")
            trail.answered(scope, status=200, size=100, match=match)

        return min(1e6 * _seconds(row) / ROWS for _ in range(3))


def _seconds(row: Callable[[], None]) -> float:
    began = time.perf_counter()
    for _ in range(ROWS):
        row()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
