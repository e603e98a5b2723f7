"""Recorded traffic replayed under other thresholds: exactly those are named whom detection would have banned."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
import time_machine

from openalgo import doors
from openalgo.http import Bridge
from security import audit, bans, decoys, hindsight
from security.actors import COMMAND_LINE
from security.asgi import Gatehouse
from security.audit import Act
from security.models import Ban, Offender, TrafficEntry
from security.policy import DEFAULTS, Policy
from tests.security.trails import Trail, ask

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
HALVED = replace(DEFAULTS, bad_keys=5, path_burst=5.0, path_day=10.0)

TOKEN = "x" * 32
LOGIN = f"username=owner&password=wrong&csrfmiddlewaretoken={TOKEN}".encode()
FORM = [(b"content-type", b"application/x-www-form-urlencoded"), (b"cookie", f"csrftoken={TOKEN}".encode())]


@pytest.fixture(autouse=True)
def now():
    with time_machine.travel(NOW, tick=False):
        yield


class Tried(NamedTuple):
    at: datetime
    subject: str
    scenario: str
    weight: int
    what: int


def record(tries: Iterable[Tried]) -> None:
    """As the trail has it, in an order that is not that of time."""
    rows = [
        TrafficEntry(
            id=number, at=each.at, subject=each.subject, method="GET", path="/", status=404,
            tried=[[each.scenario, each.weight, f"{each.what:032x}"]],
        )
        for number, each in enumerate(tries, 1)
    ]  # fmt: skip
    TrafficEntry.objects.bulk_create(rows)


def burst(count: int, *, ago: timedelta = HOUR, subject: str = "203.0.113.9", **about: Any) -> list[Tried]:
    """Distinct tries of a point, a minute apart."""
    usual: dict[str, Any] = {"scenario": "unknown-paths", "weight": 1} | about
    return [Tried(NOW - ago + timedelta(minutes=number), subject, what=number, **usual) for number in range(count)]


def named(rules: Policy = DEFAULTS, *, span: timedelta = DAY) -> list[str]:
    return [each.subject for each in hindsight.look(span, rules).would]


def scan(seed: int) -> list[Tried]:
    """Thirty subjects over two days, each in its own haste; things are tried again, and of all weights."""
    chance = random.Random(seed)  # noqa: S311
    tries = []
    for number in range(30):
        haste = chance.choice([30, 300, 1800, 7200])
        at = NOW - timedelta(hours=chance.uniform(0, 48))
        while (at := at + timedelta(seconds=chance.expovariate(1 / haste))) < NOW and chance.random() < 0.97:
            scenario = chance.choice(
                ["unknown-paths"] * 4 + ["bad-keys"] * 4 + ["former-admin", "spoofed-header", "broken-link"]
            )
            what = 0 if scenario == "spoofed-header" else chance.randrange(1, 40) + 1000 * len(scenario)
            weight = {"bad-keys": 1, "former-admin": 5, "spoofed-header": 1, "broken-link": 0}.get(scenario) or (1, 1, 2, 5)[
                what % 4
            ]
            tries.append(Tried(at, f"198.51.100.{number}", scenario, 0 if scenario == "broken-link" else weight, what))
    chance.shuffle(tries)
    return tries


def brute(tries: Iterable[Tried], *, keys: int, burst: float, day: float) -> dict[str, datetime]:
    """Each subject's first instant at which a look at all that it tried in the 24 h before says that it is enough."""
    first: dict[str, datetime] = {}
    for last in sorted(tries):
        mine = distinct([each for each in tries if each.subject == last.subject and each.at <= last.at])
        lately = [each for each in mine if each.at > last.at - DAY]
        is_new = last in lately
        if is_new and last.at >= NOW - DAY and last.subject not in first and enough(lately, keys=keys, burst=burst, day=day):
            first[last.subject] = last.at
    return first


def distinct(tries: Iterable[Tried]) -> list[Tried]:
    """Without what was tried before within 24 h, counted from when that counted."""
    counted: dict[tuple[str, int], Tried] = {}
    kept = []
    for each in sorted(tries):
        before = counted.get((each.scenario, each.what))
        if before is None or each.at - before.at >= DAY:
            counted[each.scenario, each.what] = each
            kept.append(each)
    return kept


def enough(tries: list[Tried], *, keys: int, burst: float, day: float) -> bool:
    by: dict[str, list[Tried]] = defaultdict(list)
    for each in tries:
        by[each.scenario].append(each)
    paths = sorted(by["unknown-paths"] + by["former-admin"])
    held = [
        sum(each.weight for each in paths[i:]) - (paths[-1].at - paths[i].at).total_seconds() / 10 for i in range(len(paths))
    ]
    firm = len(by["unknown-paths"]) + len(by["former-admin"]) > (0 if by["unknown-paths"] else 1)
    points = sum(each.weight for each in paths + by["spoofed-header"])
    return len(by["bad-keys"]) >= keys or (firm and (max(held, default=0) >= burst - 0.5 or points >= day))


@pytest.mark.parametrize("seed", range(4))
def test_a_scan_replayed_with_the_thresholds_halved_names_whom_brute_force_finds(seed):
    record(tries := scan(seed))
    found = {each.subject: each.at for each in hindsight.look(DAY, HALVED).would}
    assert found == brute(tries, keys=5, burst=5.0, day=10.0)
    assert 0 < len(brute(tries, keys=10, burst=10.0, day=20.0)) < len(found) < 30


def test_unchanged_thresholds_name_exactly_those_whom_a_real_scan_got_banned(tmp_path, settings):
    settings.DATA_DIR, settings.RATE_LIMITS = tmp_path, "off"
    kept, bridge = Trail(), Bridge()
    scan_really(Gatehouse(http=bridge, websocket=doors.first))
    bridge.stop(seconds=5)
    kept.rows()
    kept.kill()
    banned = {(row.cidr.removesuffix("/32"), row.scenario, row.reason) for row in Ban.objects.all()}
    assert {(each.subject, each.scenario, each.reason) for each in hindsight.look(DAY, DEFAULTS).would} == banned
    assert {name.rpartition(".")[2] for name, *_ in banned} == {"1", "3", "4", "6", "7"}


def scan_really(gate: Gatehouse) -> None:
    """Seven: a known scanner's two addresses, nine others, ten, a decoy, one a dozen times; keys; passwords."""
    asked = {
        1: ["/wp-login.php", "/.env"], 2: [f"/{'x' * number}" for number in range(1, 10)],
        3: [f"/{'x' * number}" for number in range(1, 11)], 4: [decoys.paths()[0]], 5: ["/same"] * 12,
    }  # fmt: skip
    for last, paths in asked.items():
        for path in paths:
            ask(gate, path, address=f"203.0.113.{last}")
    for number in range(10):
        ask(gate, "/api/v1/ping", method="POST", body=f'{{"apikey": "guess{number}"}}'.encode(), address="203.0.113.6")
    for _ in range(20):
        ask(gate, "/login/", method="POST", body=LOGIN, headers=FORM, address="203.0.113.7")


def test_what_was_tried_before_the_time_counts_for_what_comes_in_it():
    record([*burst(9, ago=20 * HOUR, scenario="bad-keys"), *burst(10, ago=2 * HOUR, scenario="bad-keys")[9:]])
    assert named(span=3 * HOUR) == ["203.0.113.9"]
    assert named(span=HOUR) == []


def test_a_ban_from_before_the_time_starts_the_count_anew():
    keys = burst(10, ago=5 * HOUR, scenario="bad-keys")
    record([*keys, *burst(11, ago=2 * HOUR, scenario="bad-keys")[10:]])
    assert named(span=4 * HOUR) == ["203.0.113.9"]
    with time_machine.travel(keys[-1].at, tick=False):
        bans.punish("203.0.113.9", reason="keys", scenario="bad-keys")
    assert named(span=4 * HOUR) == []


def test_what_a_person_forgave_is_forgiven():
    record(tries := burst(10, scenario="bad-keys"))
    with time_machine.travel(tries[4].at, tick=False), audit.change():
        audit.record(Act.PROBES_CLEARED, by=COMMAND_LINE, about="203.0.113.9")
    assert named() == []


def test_a_known_offender_is_banned_as_soon_as_it_was_then():
    record(burst(5, scenario="bad-keys"))
    Offender.objects.create(subject="203.0.113.9", count=1, last=NOW - DAY)
    assert named() == ["203.0.113.9"]


def test_a_ban_in_the_time_makes_nobody_an_offender_before_it():
    record(burst(5, scenario="bad-keys"))
    bans.punish("203.0.113.9", reason="keys", scenario="bad-keys")
    assert named() == []


def test_wrong_passwords_are_forgotten_by_half_lives():
    record(burst(11, scenario="bad-logins", ago=2 * HOUR))
    assert named() == ["203.0.113.9"]
    assert named(replace(DEFAULTS, guess_half_life=60.0)) == []


def test_who_was_banned_and_would_not_have_been_is_named_apart():
    record(burst(10, scenario="bad-keys"))
    bans.punish("203.0.113.9", reason="keys", scenario="bad-keys")
    found = hindsight.look(DAY, replace(DEFAULTS, bad_keys=11))
    assert ([each.subject for each in found.would_not], found.would) == (["203.0.113.9"], [])
    assert [each.real and each.real.banned for each in hindsight.look(DAY, DEFAULTS).would] == [True]


def test_a_bounded_look_says_how_far_it_came():
    record([*burst(10, scenario="bad-keys"), *burst(10, scenario="bad-keys", subject="198.51.100.7", ago=HOUR / 2)])
    found = hindsight.look(DAY, DEFAULTS, most=12)
    assert (found.cut, found.tries, found.until) == (True, 12, NOW - HOUR / 2 + timedelta(minutes=2))
    assert [each.subject for each in found.would] == ["203.0.113.9"]


def test_rows_without_their_address_are_left_out_and_counted():
    record(burst(10, scenario="bad-keys"))
    TrafficEntry.objects.update(anonymous=True)
    found = hindsight.look(DAY, DEFAULTS)
    assert (found.would, found.anonymous) == ([], 10)
