"""Rules as data: who is charged how much, and what happens without the store."""

import pytest
import time_machine
from redis.exceptions import ConnectionError as RedisIsDown

from security import alerts, bans, counters, ratelimits
from security.actors import AUTOMATION
from security.clientip import Caller
from security.models import Action, Origin
from security.ratelimits import Allowed, Refused, Rule, charge, stranger
from tests.live import free_port

NOON = "2026-11-23 12:00:00Z"
ATTACKER = Caller("203.0.113.9", "203.0.113.9", "203.0.113.9", "peer", False, False, "http", None)  # noqa: FBT003


def passed(ask, times: int) -> int:
    return sum(isinstance(ask(), Allowed) for _ in range(times))


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


def refuse(*_, **__):
    raise RedisIsDown("refused")


@pytest.fixture
def store_down(monkeypatch):
    monkeypatch.setattr(counters, "get_usage", refuse)


@pytest.mark.parametrize(
    ("preset", "rule", "many"),
    [
        ("standard", Rule.API, 60), ("standard", Rule.ORDER, 60), ("standard", Rule.PAGE, 60), ("standard", Rule.KEYS, 10),
        ("standard", Rule.LOGIN, 10), ("standard", Rule.OPEN, 60), ("standard", Rule.FAILED, 30),
        ("active", Rule.API, 50), ("active", Rule.ORDER, 10), ("active", Rule.LOGIN, 10), ("active", Rule.FAILED, 30),
        ("off", Rule.LOGIN, 100), ("off", Rule.API, 100),
    ],
)  # fmt: skip
def test_each_preset_lets_its_number_pass(settings, preset, rule, many):
    settings.RATE_LIMITS = preset
    assert passed(lambda: charge(rule, "someone", endpoint="x"), 100) == many


def test_endpoints_and_keys_are_charged_apart():
    passed(lambda: charge(Rule.API, "one", endpoint="quotes"), 61)
    assert isinstance(charge(Rule.API, "one", endpoint="quotes"), Refused)
    assert isinstance(charge(Rule.API, "one", endpoint="funds"), Allowed)
    assert isinstance(charge(Rule.API, "two", endpoint="quotes"), Allowed)


def test_names_that_run_together_are_told_apart():
    passed(lambda: charge(Rule.API, "ab", endpoint="c"), 61)
    assert isinstance(charge(Rule.API, "a", endpoint="bc"), Allowed)


def test_a_refusal_says_when_to_come_back_and_keeps_its_word():
    with time_machine.travel(NOON, tick=False) as clock:
        passed(lambda: charge(Rule.LOGIN, "x"), 10)
        refused = charge(Rule.LOGIN, "x")
        assert isinstance(refused, Refused)
        clock.shift(refused.retry_after + 1)
        assert isinstance(charge(Rule.LOGIN, "x"), Allowed)


def test_the_headers_of_a_refusal():
    headers = Refused(limit=60, period=60, retry_after=7, reset=7).headers()
    assert headers == {"Retry-After": "7", "RateLimit-Limit": "60", "RateLimit-Remaining": "0", "RateLimit-Reset": "7"}


@pytest.mark.parametrize(("preset", "sentence"), [("standard", "60 a minute"), ("active", "10 a second")])
def test_a_refusal_is_a_sentence_with_the_limit_and_the_wait(settings, preset, sentence):
    settings.RATE_LIMITS = preset
    passed(lambda: charge(Rule.ORDER, "x"), 60)
    refused = charge(Rule.ORDER, "x")
    assert isinstance(refused, Refused)
    assert refused.sentence == f"Too many requests: {sentence}. Try again in {refused.retry_after} s."


@pytest.mark.parametrize(
    ("period", "words"),
    [(1, "a second"), (60, "a minute"), (3600, "an hour"), (86_400, "a day"), (90, "in 90 s"), (120, "in 2 min")],
)
def test_every_period_has_its_words(period, words):
    assert f" 5 {words}." in Refused(limit=5, period=period, retry_after=7, reset=7).sentence


def test_a_second_is_the_shortest_wait(settings):
    settings.RATE_LIMITS = "active"
    passed(lambda: charge(Rule.ORDER, "x"), 10)
    refused = charge(Rule.ORDER, "x")
    assert isinstance(refused, Refused)
    assert refused.retry_after == 1


def test_a_stranger_is_charged_by_subject():
    assert passed(lambda: stranger(ATTACKER), 40) == 30


def test_without_rate_limits_a_stranger_is_not_slowed(settings):
    settings.RATE_LIMITS = "off"
    assert passed(lambda: stranger(ATTACKER), 100) == 100


@pytest.fixture
def throttled(transactional_db):
    bans.ban(ATTACKER.subject, reason="r", origin=Origin.AUTO, by=AUTOMATION, duration=bans.DAY, action=Action.THROTTLE)


def test_a_throttled_subject_has_thirty_a_minute_for_all_that_proves_nobody(settings, throttled):
    settings.RATE_LIMITS = "off"
    assert passed(lambda: stranger(ATTACKER), 20) + passed(lambda: stranger(ATTACKER, rule=Rule.OPEN), 20) == 30


def test_a_throttle_does_not_slow_what_is_charged_to_a_key(throttled):
    passed(lambda: stranger(ATTACKER), 40)
    assert isinstance(charge(Rule.API, "key"), Allowed)


def test_without_the_store_guesses_stay_limited(store_down):
    assert passed(lambda: charge(Rule.LOGIN, "x"), 20) == 10
    assert passed(lambda: stranger(ATTACKER), 40) == 30


def test_without_the_store_a_throttled_subject_stays_throttled(store_down, throttled, settings):
    settings.RATE_LIMITS = "off"
    assert passed(lambda: stranger(ATTACKER), 40) == 30


def test_without_the_store_the_rest_passes(store_down):
    assert passed(lambda: charge(Rule.API, "x"), 100) == 100


@pytest.fixture
def unreachable_redis(settings):
    redis = {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": f"redis://127.0.0.1:{free_port()}"}
    settings.CACHES = {**settings.CACHES, "ratelimits": redis}


def test_a_redis_that_is_gone_is_a_lost_store(unreachable_redis, caplog):
    assert passed(lambda: charge(Rule.LOGIN, "x"), 20) == 10
    assert passed(lambda: charge(Rule.API, "x"), 100) == 100
    assert "The store of request rates fails" in caplog.text


def test_without_the_store_windows_still_end(store_down):
    with time_machine.travel(NOON, tick=False) as clock:
        passed(lambda: charge(Rule.LOGIN, "x"), 11)
        clock.shift(61)
        assert isinstance(charge(Rule.LOGIN, "x"), Allowed)


def test_without_the_store_a_full_table_refuses_whoever_is_new(store_down, monkeypatch):
    monkeypatch.setattr(counters.Local, "ROOM", 2)
    outcomes = [charge(Rule.LOGIN, who) for who in ("a", "b", "c", "a")]
    assert [isinstance(outcome, Allowed) for outcome in outcomes] == [True, True, False, True]


@pytest.fixture
def seconds(monkeypatch) -> list[float]:
    """The monotonic clock of the store."""
    at = [1000.0]
    monkeypatch.setattr(counters.Store, "clock", lambda _self: at[0])
    return at


def test_the_alarm_about_the_store_sounds_once_a_minute(store_down, db, seconds):
    for _ in range(120):
        charge(Rule.API, "x")
        seconds[0] += 1
        alerts.flush()
    assert alerts.standing().get().count == 2


def test_a_failed_store_is_left_alone_for_a_moment_and_then_asked_again(seconds, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(counters, "get_usage", refuse)
        charge(Rule.API, "x")
    assert passed(lambda: charge(Rule.API, "x"), 100) == 100
    seconds[0] += 2
    assert passed(lambda: charge(Rule.API, "x"), 100) == 60


def test_a_declaration_stays_on_the_view():
    @ratelimits.limit(Rule.API, by_key=True)
    def view(): ...

    assert vars(view)["limit"] == ratelimits.Limit(Rule.API, by_key=True)
