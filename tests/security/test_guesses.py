"""Guesses at secrets: counted before they are evaluated, exactly, and decaying."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
import time_machine
from django.db import OperationalError, connections, transaction
from django.utils import timezone

from security import alerts, bans, guesses, policy
from security.clientip import Caller
from security.guesses import WEIGHTS, Admitted, Kind, Refused
from security.models import Alert, Ban, Guess, Offender, State
from security.policy import DEFAULTS

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


def caller(address: str = "203.0.113.9") -> Caller:
    subject = f"{address}/64" if ":" in address else address
    return Caller(address, subject, address, "peer", internal=False, spoofed=False, scheme="http", host=None)


ATTACKER = caller()


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def unwaiting(monkeypatch):
    """Waits begin late, so that the limit alone decides."""
    monkeypatch.setitem(policy._memory, "policy", replace(policy.DEFAULTS, guess_free=1000))


def wrong(kind: Kind = Kind.LOGIN, who: Caller = ATTACKER, name: str = "owner") -> Admitted | Refused:
    outcome = guesses.admit(kind, caller=who, name=name)
    if isinstance(outcome, Admitted):
        guesses.failed(outcome)
    return outcome


def waits(outcome: Admitted | Refused) -> int:
    assert isinstance(outcome, Refused)
    return outcome.retry_after


def until_refused(kind: Kind = Kind.LOGIN, who: Caller = ATTACKER, name: str = "owner") -> int:
    """How many are evaluated at once."""
    return next(number for number in range(100) if isinstance(wrong(kind, who, name), Refused))


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_ends_at_the_limit(clock, unwaiting, kind):
    assert until_refused(kind) == 10 / WEIGHTS[kind]
    assert Ban.objects.get().scenario == "bad-logins"


@pytest.mark.parametrize(("offences", "evaluated"), [(0, 10), (1, 5), (2, 3), (3, 2), (9, 2)])
def test_whoever_offended_before_is_banned_sooner_and_nobody_else(clock, unwaiting, offences, evaluated):
    Offender.objects.create(subject=ATTACKER.subject, count=offences, last=NOW)
    assert (until_refused(), until_refused(who=caller("198.51.100.7"))) == (evaluated, 10)


def test_all_kinds_share_one_score(clock, unwaiting):
    mixed = [Kind.LOGIN, Kind.CODE, Kind.WEBHOOK, Kind.RESET, Kind.SUDO, Kind.RECOVERY, Kind.PASSWORD_CHANGE]
    assert [isinstance(wrong(kind), Admitted) for kind in mixed] == [True] * 7
    assert [isinstance(wrong(), Admitted) for _ in range(2)] == [True, False]


def test_after_the_third_failure_a_name_waits_ever_longer(clock):
    seconds = []
    for _ in range(9):
        wrong()
        until = Guess.objects.get(name__startswith="name").not_before or NOW
        seconds.append(max(0, (until - timezone.now()).total_seconds()))
        clock.move_to(max(until, timezone.now()))
    assert seconds == [0, 0, 1, 2, 4, 8, 16, 32, 64]


def test_it_says_honestly_when(clock):
    for _ in range(4):
        outcome = wrong()
    assert waits(outcome) == 1
    clock.shift(timedelta(seconds=0.999))
    assert isinstance(wrong(), Refused)
    clock.shift(timedelta(seconds=0.001))
    assert isinstance(wrong(), Admitted)


def test_no_wait_is_longer_than_the_policy_says(clock):
    for _ in range(60):
        wrong()
        clock.shift(timedelta(seconds=10))
    assert waits(wrong()) <= DEFAULTS.guess_delay


def test_coming_too_early_does_not_put_the_end_off(clock):
    for _ in range(50):
        outcome = wrong()
    assert waits(outcome) == 1


def test_whoever_hammers_is_banned_though_little_is_evaluated(clock):
    evaluated = [wrong() for _ in range(20)]
    assert sum(isinstance(each, Admitted) for each in evaluated) == 3
    assert Ban.objects.filter(cidr="203.0.113.9/32", state=State.ACTIVE).exists()


def test_coming_too_early_counts_half(clock):
    for _ in range(7):
        wrong()
    assert Guess.objects.get(name__startswith="subject").score == 3 + 4 / 2


def test_other_subjects_do_not_wait_for_that_name(clock):
    for _ in range(20):
        wrong()
    assert isinstance(wrong(who=caller("198.51.100.7")), Admitted)


def test_a_wait_for_one_name_is_none_for_another(clock):
    assert until_refused(name="owner") == 3
    assert isinstance(wrong(name="trader"), Admitted)


def test_many_names_from_one_subject_wait_as_well(clock):
    assert [isinstance(wrong(name=f"name{number}"), Admitted) for number in range(7)] == [True] * 6 + [False]


def test_a_name_is_one_in_any_spelling(clock):
    outcomes = [wrong(name=name) for name in ("owner", " Owner", "OWNER ", "oWner")]
    assert [isinstance(each, Admitted) for each in outcomes] == [True, True, True, False]


def test_an_ipv6_subject_is_its_network(clock):
    assert until_refused(who=caller("2001:db8::")) == 3


def test_a_success_gives_the_charge_back(clock):
    for _ in range(30):
        outcome = guesses.admit(Kind.LOGIN, caller=ATTACKER, name="owner")
        assert isinstance(outcome, Admitted)
        guesses.succeeded(outcome)
    assert [row.score for row in Guess.objects.all()] == [0.0, 0.0]


def test_a_success_forgives_the_name_and_not_the_subject(clock):
    wrong(), wrong()
    outcome = guesses.admit(Kind.LOGIN, caller=ATTACKER, name="owner")
    assert isinstance(outcome, Admitted)
    guesses.succeeded(outcome)
    assert {row.name.split()[0]: row.score for row in Guess.objects.exclude(name="everybody")} == {"subject": 2.0, "name": 0.0}


def test_what_could_not_be_evaluated_forgives_nothing(clock):
    wrong(), wrong()
    outcome = guesses.admit(Kind.LOGIN, caller=ATTACKER, name="owner")
    assert isinstance(outcome, Admitted)
    guesses.withdrawn(outcome)
    assert {row.score for row in Guess.objects.all()} == {2.0}


def test_a_success_leaves_the_wait_of_whoever_failed_meanwhile(clock):
    first, _ = (guesses.admit(Kind.CODE, caller=ATTACKER) for _ in range(2))
    for _ in range(4):
        wrong(name="")
    assert isinstance(first, Admitted)
    guesses.succeeded(first)
    assert isinstance(guesses.admit(Kind.CODE, caller=ATTACKER), Refused)


def test_nobody_is_kept_out_longer_than_the_longest_wait(clock, unwaiting):
    for _ in range(40):
        wrong(who=caller("127.0.0.1"))
    clock.shift(timedelta(seconds=DEFAULTS.guess_delay))
    assert isinstance(guesses.admit(Kind.LOGIN, caller=caller("127.0.0.1"), name="owner"), Admitted)


def test_what_was_typed_is_not_stored(clock):
    wrong(name="my secret password")
    assert not any("secret" in row.name for row in Guess.objects.all())


def test_a_name_of_any_length_is_taken(clock):
    wrong(name="x" * 100_000 + "\ud800")
    assert max(len(row.name) for row in Guess.objects.all()) <= 128


def test_many_subjects_together_are_alarmed_about_once(clock):
    for number in range(52):
        wrong(who=caller(f"203.0.113.{number}"), name=f"name{number}")
    alerts.flush()
    assert Alert.objects.get(kind="guesses").count == 1


def test_a_ban_that_fails_still_lets_nobody_guess(clock, unwaiting, monkeypatch):
    monkeypatch.setattr(bans, "punish", lambda *_, **__: 1 / 0)
    assert until_refused() == 10


def test_without_bans_the_waits_stay(clock, unwaiting, settings):
    settings.BANS = False
    assert until_refused() == 10
    assert not Ban.objects.exists()


def test_old_scores_are_forgotten(clock):
    wrong()
    clock.shift(timedelta(days=1, seconds=1))
    assert guesses.prune() == 3


def test_a_charge_survives_whatever_the_view_rolls_back(clock):
    with pytest.raises(RuntimeError), transaction.atomic():
        guesses.admit(Kind.LOGIN, caller=ATTACKER)


def test_without_the_database_nothing_is_admitted(monkeypatch):
    def fail(*_: object) -> None:
        raise OperationalError

    monkeypatch.setattr(guesses, "_locked", fail)
    with pytest.raises(OperationalError):
        guesses.admit(Kind.LOGIN, caller=ATTACKER)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", Kind)
def test_of_concurrent_guesses_exactly_those_within_the_limit_are_evaluated(unwaiting, kind):
    start = Barrier(8)

    def attack(_: int) -> int:
        try:
            start.wait(timeout=10)
            return sum(isinstance(guesses.admit(kind, caller=ATTACKER, name="owner"), Admitted) for _ in range(4))
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attack, range(8))) == 10 / WEIGHTS[kind]
