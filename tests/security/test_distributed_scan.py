"""A scan from more addresses than are remembered: it takes bounded memory, is written down in bounds and raises an alert."""

import gc
import tracemalloc
from collections.abc import Iterator
from ipaddress import IPv4Address

import pytest

from security import alerts, merging, probes
from security.alerts import Alarm
from security.clientip import Caller
from security.models import Probe
from tests.security.trying import caller

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

TRYING, REMEMBERED, PENDING = 150_000, 100_000, 20_000  # subjects; of tries, how many wait to be written down
MOST_BYTES = 55 * 1024 * 1024  # 46 MB were seen; what nobody forgets would take 66


@pytest.fixture
def traced() -> Iterator[None]:
    gc.collect()
    tracemalloc.start()
    yield
    tracemalloc.stop()


def crowd(count: int) -> Iterator[Caller]:
    return (caller(str(IPv4Address("20.0.0.0") + number)) for number in range(count))


def test_its_memory_is_bounded_and_somebody_is_told(traced):
    for who in crowd(TRYING):
        probes.bad_key(who, "a guess", kind="unknown")
        probes.unrouted(who, "/backup.zip")
    _, peak = tracemalloc.get_traced_memory()
    merging.merge()
    assert (probes.tally.overflowed, peak < MOST_BYTES) == (TRYING - REMEMBERED, True)
    assert Probe.objects.count() == PENDING
    assert [alert.count for alert in alerts.standing().filter(kind=Alarm.DISTRIBUTED_SCAN)] == [1]
