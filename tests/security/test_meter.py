"""What a process counts, as rates of the last second and sums of the last minute."""

from security import probes
from security.meter import Meter, meter
from tests.security.trying import caller


def test_requests_and_refusals_are_told_as_rates():
    counted = Meter()
    counted.read(at=100.0)
    counted.requests, counted.refusals = 30, 5
    reading = counted.read(at=102.0)
    assert (reading.requests, reading.refusals) == (15.0, 2.5)


def test_a_second_without_any_is_told_as_none():
    counted = Meter()
    counted.requests = 30
    counted.read(at=100.0)
    assert counted.read(at=101.0).requests == 0


def test_bad_keys_are_those_of_the_last_minute():
    counted = Meter()
    counted.bad_key()
    told = [counted.read(at=100.0 + second).bad_keys for second in range(62)]
    assert (told[0], told[59], told[61]) == (1, 1, 0)


def test_what_comes_later_in_the_minute_stays_longer():
    counted = Meter()
    counted.probe()
    for second in range(31):
        counted.read(at=100.0 + second)
    counted.probe()
    told = [counted.read(at=131.0 + second).probes for second in range(62)]
    assert (told[0], told[35], told[61]) == (2, 1, 0)


def test_its_memory_does_not_grow():
    counted = Meter()
    for second in range(1_000):
        counted.read(at=float(second))
    assert len(counted._past) < 70


def test_a_wrong_key_and_an_unknown_path_are_counted_and_a_favicon_is_not(db):
    probes.bad_key(caller(), "wrong", kind="unknown")
    for path in ("/wp-login.php", "/nothing", "/favicon.ico"):
        probes.unrouted(caller(), path)
    reading = meter.read(at=1.0)
    assert (reading.bad_keys, reading.probes) == (1, 2)
