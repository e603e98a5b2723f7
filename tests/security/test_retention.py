"""The trail grows old: addresses are cut, rows go by age and by number, and a killed job goes on where it was."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from security import background, policy, retention
from security.actors import COMMAND_LINE
from security.models import TrafficEntry

pytestmark = pytest.mark.django_db(transaction=True)


def write(*days: float, subject: str = "203.0.113.9") -> None:
    """A row for each age."""
    start = TrafficEntry.objects.count()
    for number, age in enumerate(days, start=start + 1):
        at = timezone.now() - timedelta(days=age)
        TrafficEntry.objects.create(id=number, at=at, subject=subject, method="GET", path="/", status=200, agent="0a")


def kept() -> list[int]:
    return list(TrafficEntry.objects.order_by("id").values_list("id", flat=True))


@pytest.mark.parametrize(
    ("subject", "cut"),
    [
        ("203.0.113.9", "203.0.113.0/24"),
        ("2001:db8:1:2::/64", "2001:db8:1::/48"),
        ("203.0.113.0/24", "203.0.113.0/24"),
        ("2001:db8::/32", "2001:db8::/32"),
    ],
)
def test_an_old_address_is_cut_to_the_range_around_it(subject, cut):
    write(8, subject=subject)
    retention.anonymise()
    assert TrafficEntry.objects.values_list("subject", "agent", "anonymous").get() == (cut, "", True)


def test_a_young_address_stays_whole():
    write(6)
    assert retention.anonymise() == 0
    assert TrafficEntry.objects.get().subject == "203.0.113.9"


def test_days_of_the_policy_hold():
    policy.change({"traffic_named_days": 3, "traffic_days": 10}, by=COMMAND_LINE)
    write(2, 4, 9, 11)
    assert (retention.prune(), retention.anonymise(), kept()) == (1, 2, [1, 2, 3])


def test_many_rows_go_chunk_by_chunk(monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 2)
    write(8, 8, 8, 91, 91, 91, 91, 91)
    assert (retention.prune(), retention.anonymise()) == (5, 3)


def test_a_job_that_was_killed_goes_on_where_it_was(monkeypatch):
    monkeypatch.setattr(retention, "CHUNK", 1)
    write(8, 8, 8)
    TrafficEntry.objects.filter(id=2).update(anonymous=True)
    assert retention.anonymise() == 2
    assert not retention.to_anonymise().exists()


def test_of_too_many_rows_the_oldest_go(monkeypatch):
    monkeypatch.setattr(policy, "current", lambda: policy.Policy(traffic_rows=3))
    write(1, 5, 3, 2, 4)
    assert (retention.to_prune().count(), retention.prune(), kept()) == (2, 2, [1, 3, 4])


def test_it_is_done_every_hour_by_whoever_holds_the_lease():
    job = background._jobs["age the traffic trail"]
    assert (job.run, job.every) == (retention.keep, timedelta(hours=1))


def test_the_command_says_what_would_go_and_deletes_nothing(capsys):
    write(8, 91)
    call_command("prune_security", "--dry-run")
    assert "traffic entries 1; traffic made anonymous: 1;" in capsys.readouterr().out
    assert kept() == [1, 2]


def test_the_command_does_it(capsys):
    write(8, 91)
    call_command("prune_security")
    assert "traffic entries 1; traffic made anonymous: 1;" in capsys.readouterr().out
    assert kept() == [1]
