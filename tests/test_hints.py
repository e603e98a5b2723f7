"""Wake-up calls: heard at once, asked for again when lost, and never waited for."""

import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import redis
from django.db import connection, transaction

from security import hints, propagation
from security.hints import Listener
from tests.redis_server import RedisServer, redis_server

PATIENCE = 10.0


class Bell:
    """Counts wake-up calls; a test waits for the next."""

    def __init__(self) -> None:
        self.rung = threading.Semaphore(0)

    def ring(self) -> None:
        self.rung.release()

    def heard(self, *, within: float = PATIENCE) -> bool:
        return self.rung.acquire(timeout=within)


@pytest.fixture
def bell() -> Bell:
    return Bell()


@pytest.fixture
def store(settings) -> Iterator[RedisServer]:
    """A Redis of the test's own, named by the settings."""
    with redis_server() as server:
        server.start()
        settings.REDIS_URL = server.url
        yield server


@pytest.fixture
def listening(bell) -> Iterator[Callable[[str], None]]:
    started: list[Listener] = []

    def listen(name: str) -> None:
        started.extend(each for each in hints.sources() if each.name == name)
        started[-1].start(bell.ring)
        assert bell.heard()  # once, for what was said before

    yield listen
    for each in started:
        each.stop()
    for each in started:
        each.join()


def bump() -> None:
    with transaction.atomic():
        propagation.bump()


def test_without_a_server_there_is_nothing_to_listen_to(settings):
    settings.REDIS_URL = ""
    assert [each.name for each in hints.sources() if each.name != "postgresql"] == []


@pytest.mark.only_on("postgresql")
@pytest.mark.django_db(transaction=True)
class TestPostgreSQL:
    def test_a_bump_wakes_a_listener_with_its_commit(self, bell, listening):
        listening("postgresql")
        with transaction.atomic():
            propagation.bump()
            assert not bell.heard(within=0.05)
        assert bell.heard()

    def test_a_bump_that_was_rolled_back_wakes_nobody(self, bell, listening):
        listening("postgresql")
        with pytest.raises(ZeroDivisionError), transaction.atomic():
            propagation.bump()
            raise ZeroDivisionError
        assert not bell.heard(within=0.05)

    def test_a_listener_whose_connection_was_killed_comes_back_and_looks(self, bell, listening, monkeypatch):
        monkeypatch.setattr(hints, "RETRY", 0.01)
        listening("postgresql")
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN %%'")
        assert bell.heard()
        bump()
        assert bell.heard()

    def test_an_unreachable_server_is_asked_again(self, bell, listening, monkeypatch):
        monkeypatch.setattr(hints, "RETRY", 0.01)
        answers = iter([psycopg.OperationalError("refused")])
        whole = psycopg.connect

        def shaky(*args, **kwargs):
            if error := next(answers, None):
                raise error
            return whole(*args, **kwargs)

        monkeypatch.setattr(psycopg, "connect", shaky)
        listening("postgresql")
        bump()
        assert bell.heard()


@pytest.mark.django_db(transaction=True)
class TestRedis:
    def test_a_commit_wakes_a_listener_of_another_process(self, store, bell, listening):
        listening("redis")
        bump()
        assert bell.heard()

    def test_a_commit_never_waits_for_a_redis_that_is_gone(self, store):
        store.stop()
        bump()
        started = time.monotonic()
        bump()
        assert time.monotonic() - started < hints.TIMEOUT

    def test_a_listener_finds_a_redis_that_came_back(self, store, bell, listening, monkeypatch):
        monkeypatch.setattr(hints, "RETRY", 0.01)
        listening("redis")
        store.stop()
        store.start()
        assert bell.heard()

    def test_another_installation_on_the_same_redis_is_not_woken(self, store, bell, listening):
        listening("redis")
        with redis.Redis.from_url(store.url) as client:
            assert client.publish(f"{hints.CHANNEL}:another", b"") == 0
