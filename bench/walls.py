"""What the ban list and floods cost: `python -m bench.walls`; ratios within one run, against the targets."""

import http.client
import json
import os
import statistics
import subprocess
import time
from collections.abc import Callable

from bench import stage
from bench.banlist import PROBE
from bench.stage import Env, Running

PING = "/api/v1/ping"
MILLION = 1_000_000
ROUNDS, SECONDS, FLOOD_SECONDS = 3, 3.0, 6.0
PAIRS, PAIR_SECONDS = 10, 1.5
GOOD = ("1", "0.01")  # the good client: one connection, a pause of so many seconds
VERDICT_NS, FEW_PERCENT, CPU_RATIO = 10_000, 0.97, 1.3
BANNED_RATE, BAD_KEYS_RATE = 5_000, 2_000

Measures = dict[str, float]


def main() -> None:
    for count in (0, 10_000, MILLION):
        found = json.loads(stage.run("-m", "bench.verdicts", str(count), env=os.environ))
        print(f"verdict with {count:9,} bans: p50 {found['p50']:5.0f} ns, p99 {found['p99']:5.0f} ns", end=" ")
        print(f"{_verdict(found['p99'] < VERDICT_NS)}, {found['mib']:.0f} MiB")
    with stage.owned(**stage.BEHIND) as (empty, key), stage.owned(**stage.BEHIND) as (full, other_key):
        with stage.server("full", empty) as none, stage.server("full", full) as million:
            body = json.dumps({"apikey": key})
            _loading(million, full, json.dumps({"apikey": other_key}))
            _throughput(none, million, body, json.dumps({"apikey": other_key}), empty)
            with stage.server("refusing", empty) as bare:
                _banned(million, bare, full, json.dumps({"apikey": other_key}))
            _bad_keys(none, empty, body, key)
        runs = int(none.said[0].split()[-1])
        print(f"Argon2 runs of the server under the bad keys: {runs}, the good client's first use {_verdict(runs == 1)}")


def _loading(server: Running, env: Env, body: str) -> None:
    """Rows are written first; timed is from the announcing command's commit to the first refusal."""
    stage.run("-m", "bench.banlist", str(MILLION), env=env)
    rest = _good(server, body, env, SECONDS)
    client = _start_good(server, body, env, 2 * FLOOD_SECONDS)
    announced = float(stage.run("-m", "bench.banlist", env=env))
    loaded = _refused_at(server) - announced
    good = stage.finish(client)
    print(f"a million bans refuse {loaded:.1f} s after they were announced {_verdict(loaded < 5)}", end="; ")
    print(f"longest wait of a good client {good['worst']:.0f} ms (at rest {rest['worst']:.0f} ms)")


def _refused_at(server: Running) -> float:
    """When the last of the bans first refuses somebody, on the clock that all processes share."""
    patience = time.monotonic() + 60
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    while time.monotonic() < patience:
        line.request("GET", "/healthz", headers={"X-Forwarded-For": PROBE})
        with line.getresponse() as answer:
            answer.read()
            if answer.status == 403:
                return time.monotonic()
        time.sleep(0.05)
    raise RuntimeError("The bans never came.")


def _throughput(none: Running, million: Running, body: str, other: str, env: Env) -> None:
    """In pairs, each in the other order than the one before: what else the machine does falls on both."""
    sides = [("none", none, body), ("million", million, other)]
    pairs: list[Measures] = []
    for _ in range(PAIRS + 1):
        pairs.append({name: _rate(server, said, env) for name, server, said in sides})
        sides.reverse()
    ratio = statistics.median(pair["million"] / pair["none"] for pair in pairs[1:])
    without, with_all = (statistics.median(pair[name] for pair in pairs[1:]) for name in ("none", "million"))
    print(
        f"requests/s with a million bans {with_all:.0f}, with none {without:.0f}: {ratio:.2f} {_verdict(ratio >= FEW_PERCENT)}"
    )


def _rate(server: Running, body: str, env: Env) -> float:
    return stage.finish(stage.begin("-m", "bench.load", str(server.port), PING, str(PAIR_SECONDS), body, env=env))["rate"]


def _banned(server: Running, bare: Running, env: Env, body: str) -> None:
    costs: dict[str, list[float]] = {"full": [], "bare": []}
    for _ in range(ROUNDS):
        for name, each in (("full", server), ("bare", bare)):
            before = each.cpu()
            answered = _flood(each, env, BANNED_RATE)["rate"] * FLOOD_SECONDS
            costs[name].append(1e6 * (each.cpu() - before) / answered)
    full, plain = (statistics.median(each) for each in costs.values())
    print(f"CPU of a refusal {full:.0f} us, of a bare application {plain:.0f} us: {full / plain:.2f}", end=" ")
    print(_verdict(full / plain <= CPU_RATIO))
    _under(server, body, env, lambda: _flood(server, env, BANNED_RATE), f"{BANNED_RATE} banned/s", times=3)


def _bad_keys(server: Running, env: Env, body: str, key: str) -> None:
    _under(server, body, env, lambda: _flood(server, env, BAD_KEYS_RATE, key), f"{BAD_KEYS_RATE} bad keys/s", times=4)


def _under(server: Running, body: str, env: Env, flood: Callable[[], Measures], what: str, *, times: int) -> None:
    """The good client at rest and under a flood, in turns."""
    rests, floods, answered = [], [], []
    for _ in range(ROUNDS):
        rests.append(_good(server, body, env, SECONDS)["p99"])
        client = _start_good(server, body, env, FLOOD_SECONDS - 1)
        answered.append(flood())
        floods.append(stage.finish(client)["p99"])
    rest, p99 = statistics.median(rests), statistics.median(floods)
    rate = statistics.median(each["rate"] for each in answered)
    most = max(times * rest, 30.0)
    print(
        f"good client's p99 under {what} (answered {rate:.0f}/s): {p99:.1f} ms, at rest {rest:.1f} ms, at most {most:.0f} ms",
        end=" ",
    )
    print(_verdict(p99 <= most), {name: count for name, count in answered[-1].items() if name != "rate"})


def _flood(server: Running, env: Env, rate: int, *key: str) -> Measures:
    return stage.finish(stage.begin("-m", "bench.flood", str(server.port), str(FLOOD_SECONDS), str(rate), *key, env=env))


def _good(server: Running, body: str, env: Env, seconds: float) -> Measures:
    return stage.finish(_start_good(server, body, env, seconds))


def _start_good(server: Running, body: str, env: Env, seconds: float) -> "subprocess.Popen[str]":
    return stage.begin("-m", "bench.load", str(server.port), PING, str(seconds), body, *GOOD, env=env)


def _verdict(met: bool) -> str:  # noqa: FBT001 - read as the sentence it makes
    return "(met)" if met else "(MISSED)"


if __name__ == "__main__":
    main()
