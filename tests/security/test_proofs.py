"""Who proved themselves within a day is slowed where others are banned: at each address, in every process, after restarts."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from security import background, banlist, bans, proofs, pulse, snapshot
from security.models import Proof, ProvenBy
from security.silence import Silence
from tests.security.trying import ATTACKER, caller

pytestmark = pytest.mark.django_db(transaction=True)

HOME, TRAIN = "203.0.113.201", "203.0.113.202"


@pytest.fixture
def clock():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def staff(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def restart() -> None:
    """What this process has to write it writes, and remembers nothing afterwards."""
    pulse._beat(everything=True)
    for last_words in background._last_words.values():
        last_words()
    proofs.forget()


def punish(*addresses: str) -> list[bool]:
    """Which of them are shut out for what they did."""
    for address in addresses:
        bans.punish(address, reason="10 bad keys", scenario="bad-keys")
    return [snapshot.verdict(address) is not None for address in addresses]


def recognise(*addresses: str) -> None:
    for address in addresses:
        proofs.recognised(caller(address), by=ProvenBy.KEY)


def test_every_address_that_a_key_was_used_from_is_spared_after_a_restart(program):
    for address in (HOME, TRAIN):
        program.client.defaults["REMOTE_ADDR"] = address
        program("ping")
    restart()
    assert punish(HOME, TRAIN, ATTACKER.address) == [False, False, True]
    assert (snapshot.is_throttled(HOME), snapshot.is_throttled(TRAIN)) == (True, True)


def test_every_address_that_a_staff_session_came_from_is_spared_after_a_restart(staff):
    for address in (HOME, TRAIN):
        staff.get("/security/", REMOTE_ADDR=address)
    restart()
    assert punish(HOME, TRAIN) == [False, False]


def test_whoever_proved_themselves_to_this_process_is_spared_before_it_is_written():
    recognise(HOME)
    assert not Proof.objects.exists()
    assert punish(HOME) == [False]


def test_somebody_within_a_range_spares_it_from_being_banned_as_one():
    recognise("2001:db8:1:77::/64")
    restart()
    assert proofs.found_in(banlist.parsed("2001:db8:1::/56")) == "2001:db8:1:77::/64"
    assert proofs.found_in(banlist.parsed("2001:db8:2::/56")) is None


def test_a_day_later_it_spares_nobody(clock):
    recognise(HOME)
    proofs.flush()
    clock.shift(timedelta(hours=24, seconds=59))
    assert proofs.found_in(banlist.parsed(HOME)) == HOME
    clock.shift(timedelta(seconds=1))
    assert (proofs.found_in(banlist.parsed(HOME)), proofs.prune(), Proof.objects.count()) == (None, 1, 0)


def test_whoever_goes_on_is_spared_for_longer(clock):
    for _ in range(2):
        recognise(HOME)
        proofs.flush()
        clock.shift(timedelta(hours=20))
    assert (Proof.objects.count(), proofs.prune()) == (1, 0)
    assert punish(HOME) == [False]


def test_a_subject_is_written_down_once_a_minute(clock):
    written = []
    for _ in range(120):
        recognise(HOME)
        written.append(proofs.flush())
        clock.shift(timedelta(seconds=1))
    assert [second for second, rows in enumerate(written) if rows] == [0, 60]


def test_where_nobody_new_came_the_database_is_left_alone(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert proofs.flush() == 0


def written(queries: CaptureQueriesContext) -> list[str]:
    return [each["sql"] for each in queries if each["sql"].split()[0] in ("INSERT", "UPDATE", "DELETE")]


def test_no_request_waits_for_its_proof_to_be_written(program, staff):
    program("ping"), staff.get("/security/")
    proofs.forget()
    with CaptureQueriesContext(connection) as queries:
        program("ping"), staff.get("/security/")
    assert written(queries) == []
    assert proofs.flush() == 2


def test_what_cannot_be_written_is_kept(monkeypatch):
    recognise(HOME)
    with monkeypatch.context() as broken, pytest.raises(OperationalError):
        broken.setattr(Proof.objects, "bulk_create", lambda *_, **__: (_ for _ in ()).throw(OperationalError("locked")))
        proofs.flush()
    recognise(TRAIN)
    assert proofs.flush() == 2


def test_two_processes_write_down_the_same_subject(clock):
    for _ in range(2):
        recognise(HOME)
        proofs.flush()
        proofs.forget()
        clock.shift(timedelta(seconds=10))
    assert Proof.objects.get().last.second == 10


def test_after_a_restart_who_proved_themselves_waits_behind_no_stranger(clock):
    recognise(HOME)
    proofs.flush()
    proofs.forget()
    assert not proofs.is_met(HOME)
    assert (proofs.recall(), proofs.is_met(HOME)) == (1, True)
    clock.shift(timedelta(hours=24, seconds=60))
    assert not proofs.is_met(HOME)


def test_whom_another_process_wrote_down_meanwhile_is_recalled_and_nobody_older(clock):
    recognise(HOME)
    proofs.flush()
    for _ in range(2):
        assert proofs.recall() == 1  # what was noted may be written down a little later, so two minutes are read twice
        clock.shift(timedelta(minutes=10))
    Proof.objects.create(subject=TRAIN, by=ProvenBy.KEY, last=timezone.now())
    assert (proofs.recall(), proofs.is_met(TRAIN)) == (1, True)


def test_a_recollection_never_ages_whom_this_process_met(clock):
    recognise(HOME)
    proofs.flush()
    clock.shift(timedelta(hours=20))
    recognise(HOME)
    proofs.recall()
    clock.shift(timedelta(hours=20))
    assert proofs.is_met(HOME)


def test_many_are_written_down_at_once(clock):
    recognise(*(f"198.51.{number // 250}.{number % 250}" for number in range(1200)))
    assert (proofs.flush(), Proof.objects.count()) == (1200, 1200)


@pytest.mark.parametrize("wrong", [{"subject": ""}, {"by": "guess"}])
def test_a_row_says_whose_it_is_and_what_proved_them(clock, wrong):
    recognise(HOME)
    proofs.flush()
    with pytest.raises(IntegrityError):
        Proof.objects.update(**wrong)


def test_what_is_remembered_is_bounded(monkeypatch):
    monkeypatch.setitem(proofs._noted, ProvenBy.KEY, Silence(60.0, most=2))
    recognise("198.51.100.1", "198.51.100.2", "198.51.100.3")
    assert [proofs.is_recognised(f"198.51.100.{number}") for number in (1, 2, 3)] == [False, True, True]
