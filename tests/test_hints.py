"""Wake-up calls: heard at once, asked for again when lost, and never waited for."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator

import psycopg
import pytest
import redis
from django.db import connection, transaction

from security import hints, propagation
from security.hints import Listener
from tests.live import free_port

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
def redis_url(settings) -> Iterator[Callable[[], subprocess.Popen[bytes]]]:
    """A Redis of the test's own, named by the settings; the value starts it, again after it was killed."""
    port, running = free_port(), list[subprocess.Popen[bytes]]()
    settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"

    def start() -> subprocess.Popen[bytes]:
        running.append(subprocess.Popen(["redis-server", "--port", str(port), "--save", ""], stdout=subprocess.DEVNULL))
        with redis.Redis(port=port) as client:
            until(client.ping)
        return running[-1]

    yield start
    for each in running:
        each.kill()
        each.wait()


def until(ready: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while time.monotonic() < ends:
        try:
            if ready():
                return
        except redis.RedisError:
            continue
    raise AssertionError("It never came.")


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
    def test_a_commit_wakes_a_listener_of_another_process(self, redis_url, bell, listening):
        redis_url()
        listening("redis")
        bump()
        assert bell.heard()

    def test_a_commit_never_waits_for_a_redis_that_is_gone(self, redis_url):
        redis_url().kill()
        bump()
        started = time.monotonic()
        bump()
        assert time.monotonic() - started < hints.TIMEOUT

    def test_a_listener_finds_a_redis_that_came_back(self, redis_url, bell, listening, monkeypatch):
        monkeypatch.setattr(hints, "RETRY", 0.01)
        first = redis_url()
        listening("redis")
        first.kill()
        first.wait()
        redis_url()
        assert bell.heard()

    def test_another_installation_on_the_same_redis_is_not_woken(self, redis_url, bell, listening, settings):
        redis_url()
        listening("redis")
        with redis.Redis.from_url(settings.REDIS_URL) as client:
            assert client.publish(f"{hints.CHANNEL}:another", b"") == 0
