"""Limits while the server runs: the policy goes before the environment, a flood resets nothing, the store comes and goes."""

import runpy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.cache import caches

import openalgo
from security import alerts, counters, policy
from security.actors import COMMAND_LINE
from security.alerts import Alarm
from security.ratelimits import Allowed, Refused, Rule, charge, rate_of
from tests.redis_server import RedisServer, redis_server

NOON = "2026-11-23 12:00:00Z"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def change(**values: Any) -> None:
    policy.change(values, by=COMMAND_LINE)


def passed(ask: Callable[[], object], times: int) -> int:
    return sum(isinstance(ask(), Allowed) for _ in range(times))


@pytest.mark.parametrize(
    ("environment", "values", "expected"),
    [
        ("standard", {}, (60, 60)),
        ("active", {}, (10, 1)),
        ("standard", {"preset": "active"}, (10, 1)),
        ("active", {"preset": "standard"}, (60, 60)),
        ("standard", {"preset": "active", "rates": {"order": (5, 30)}}, (5, 30)),
        ("standard", {"rates": {"api": (5, 30)}}, (60, 60)),
        ("off", {"preset": "active", "rates": {"order": (5, 30)}}, None),
    ],
)
def test_the_policy_goes_before_the_environment_and_off_before_both(settings, environment, values, expected):
    settings.RATE_LIMITS = environment
    change(**values)
    assert rate_of(Rule.ORDER) == expected


def test_a_lowered_limit_goes_on_with_the_window_that_runs():
    passed(lambda: charge(Rule.API, "key"), 20)
    change(rates={"api": (10, 60)})
    assert isinstance(charge(Rule.API, "key"), Refused)


def test_a_raised_limit_frees_what_it_adds_and_no_more():
    passed(lambda: charge(Rule.API, "key"), 70)
    change(rates={"api": (100, 60)})
    assert passed(lambda: charge(Rule.API, "key"), 100) == 30


def test_another_period_begins_a_window_of_its_own():
    passed(lambda: charge(Rule.API, "key"), 70)
    change(rates={"api": (5, 3600)})
    assert passed(lambda: charge(Rule.API, "key"), 20) == 5


def test_an_allowed_request_says_what_is_left():
    outcomes = [charge(Rule.LOGIN, "x") for _ in range(10)]
    assert [each.remaining for each in outcomes if isinstance(each, Allowed)] == [*range(9, -1, -1)]


def test_without_a_limit_nothing_is_said(settings):
    settings.RATE_LIMITS = "off"
    assert charge(Rule.API, "x").headers() == {}


def test_the_api_says_on_every_answer_what_is_left(program):
    answers = [program("ping") for _ in range(2)]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["59", "58"]
    assert answers[0]["RateLimit-Limit"] == "60"


def test_a_flood_from_a_thousand_addresses_pushes_nobodys_counter_out():
    passed(lambda: charge(Rule.FAILED, "203.0.113.9"), 30)
    for number in range(1000):
        charge(Rule.FAILED, str(number))
    assert isinstance(charge(Rule.FAILED, "203.0.113.9"), Refused)


def test_the_store_in_memory_has_room_for_two_hundred_thousand_counters(monkeypatch):
    monkeypatch.setenv("REDIS_URL", "")
    store = runpy.run_path(str(Path(openalgo.__file__).with_name("settings.py")))["CACHES"]["ratelimits"]
    assert (store["BACKEND"], store["OPTIONS"]) == ("security.counters.Counters", {"MAX_ENTRIES": 200_000})


@pytest.fixture
def small(settings):
    """A store in memory with room for three hundred counters, for a hundredth of the flood."""
    store = {"BACKEND": "security.counters.Counters", "LOCATION": "small", "OPTIONS": {"MAX_ENTRIES": 300}}
    settings.CACHES = {**settings.CACHES, "ratelimits": store}


def test_a_flood_from_many_addresses_gives_no_new_attempts_at_a_login(small):
    passed(lambda: charge(Rule.LOGIN, "203.0.113.9"), 10)
    for number in range(1000):
        charge(Rule.OPEN, str(number))
    assert isinstance(charge(Rule.LOGIN, "203.0.113.9"), Refused)


def test_logins_alone_stay_bounded_too(small):
    for number in range(1000):
        charge(Rule.LOGIN, str(number))
    counters: Any = caches["ratelimits"]
    assert len(counters._cache) <= 300


@pytest.fixture
def store(settings) -> Iterator[RedisServer]:
    """A Redis of the test's own."""
    with redis_server() as server:
        server.start()
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = {**settings.CACHES, "ratelimits": {"BACKEND": backend, "LOCATION": server.url}}
        yield server


def test_while_redis_is_stopped_guesses_stay_limited_and_reads_pass(store):
    assert passed(lambda: charge(Rule.API, "key"), 70) == 60
    store.stop()
    assert (passed(lambda: charge(Rule.API, "key"), 70), passed(lambda: charge(Rule.LOGIN, "x"), 20)) == (70, 10)
    assert alerts.standing().get().kind == Alarm.LIMIT_STORE


def test_a_redis_that_is_back_counts_again(store, monkeypatch):
    seconds = [1000.0]
    monkeypatch.setattr(counters.Store, "clock", lambda _self: seconds[0])
    store.stop()
    assert passed(lambda: charge(Rule.API, "key"), 70) == 70
    store.start()
    seconds[0] += 2
    assert passed(lambda: charge(Rule.API, "key"), 70) == 60
