"""The trail grows old: addresses are cut, rows go by age and by number, and a killed job goes on where it was."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from security import background, policy, retention
from security.actors import COMMAND_LINE
from security.models import TrafficEntry

pytestmark = pytest.mark.django_db(transaction=True)


def write(*days: float, **facts: object) -> None:
    """A row for each age."""
    usual = {"subject": "203.0.113.9", "method": "GET", "path": "/", "status": 200, "agent": "0a"} | facts
    start = TrafficEntry.objects.count()
    for number, age in enumerate(days, start=start + 1):
        TrafficEntry.objects.create(id=number, at=timezone.now() - timedelta(days=age), **usual)


@pytest.fixture
def room_for(monkeypatch):
    """So many rows may be kept."""
    return lambda rows: monkeypatch.setattr(policy, "current", lambda: policy.Policy(traffic_rows=rows))


@pytest.fixture
def said_and_done(capsys):
    """What the dry run says would go, which the command then says it did."""

    def run() -> str:
        told: list[str] = []
        for arguments in (["--dry-run"], []):
            call_command("prune_security", *arguments)
            told.append(capsys.readouterr().out.partition(": ")[2])
        assert told[0] == told[1]
        return told[0].partition("traffic entries ")[2].partition("; audit")[0]

    return run


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


def test_of_too_many_rows_the_oldest_go(room_for):
    room_for(3)
    write(1, 5, 3, 2, 4)
    assert (retention.would_prune(), retention.prune(), kept()) == (2, 2, [1, 3, 4])


def test_sockets_are_rows_like_any_other(room_for):
    room_for(2)
    write(1, 4)
    write(2, 3, kind="socket")
    assert (retention.prune(), kept()) == (2, [1, 3])


def test_what_a_flood_left_behind_goes_first_and_no_further_than_needed(room_for):
    room_for(4)
    write(5, 1)
    write(4, 3, 2, status=429)
    assert (retention.would_prune(), retention.prune(), kept()) == (1, 1, [1, 2, 4, 5])


def test_only_then_the_oldest_of_the_rest_go(room_for):
    room_for(2)
    write(5, 3, 1)
    write(4, 0, status=429)
    assert (retention.would_prune(), retention.prune(), kept()) == (3, 3, [2, 3])


@pytest.mark.parametrize("status", [400, 408, 413, 415, 426, 431, 503])
def test_what_is_refused_before_django_is_a_flood_too(room_for, status):
    room_for(2)
    write(3, 1)
    write(2, status=status)
    assert (retention.would_prune(), retention.prune(), kept()) == (1, 1, [1, 2])


def test_floods_of_several_kinds_go_as_one_oldest_first(room_for):
    room_for(3)
    write(5)
    for age, status in ((4, 503), (3, 429), (2, 413), (1, 503)):
        write(age, status=status)
    assert (retention.would_prune(), retention.prune(), kept()) == (2, 2, [1, 4, 5])


@pytest.mark.parametrize(
    "facts",
    [
        {"route": "login"},
        {"incident": "0123456789ab"},
        {"user": "trader"},
        {"tried": [["unknown-paths", 5, ""]]},
        {"status": 404},
    ],
    ids=str,
)
def test_a_refusal_of_django_is_none(room_for, facts):
    room_for(1)
    write(2, status=200)
    write(1, **({"status": 400} | facts))
    assert (retention.prune(), kept()) == (1, [2])


@pytest.mark.parametrize("facts", [{"user": "trader"}, {"key": "a1b2c3"}, {"tried": [["bad-logins", 5, ""]]}, {"status": 403}])
def test_what_tells_of_somebody_or_of_a_try_is_no_flood(room_for, facts):
    room_for(1)
    write(2, status=200)
    write(1, **({"status": 429} | facts))
    assert (retention.prune(), kept()) == (1, [2])


def test_a_flood_goes_by_age_all_the_same(room_for):
    room_for(9)
    write(91, 1, status=429)
    assert (retention.prune(), kept()) == (1, [2])


def test_what_stays_of_a_flood_stops_no_chunk(monkeypatch, room_for):
    monkeypatch.setattr(retention, "CHUNK", 1)
    room_for(3)
    write(5, 4, status=429, user="trader")
    write(3, 2, 1, status=429)
    assert (retention.prune(), kept()) == (2, [1, 2, 5])


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("rows", [9, 4, 1])
def test_no_query_of_the_pruning_sorts_or_scans_the_trail(room_for, rows):
    room_for(rows)
    write(91, 8, 7, 6)
    write(5, 4, status=429)
    write(3, status=503)
    with CaptureQueriesContext(connection) as asked:
        retention.prune()
    with connection.cursor() as cursor:
        reads = [query["sql"] for query in asked.captured_queries if query["sql"].startswith("SELECT")]
        plan = " ".join(str(cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()) for sql in reads)
    assert "traffic_by_kind" in plan
    assert not re.search("TEMP B-TREE|SCAN security|traffic_by_(user|key|route|incident)", plan)


@pytest.mark.parametrize("rows", [8, 7, 5, 3, 1])
def test_the_dry_run_says_what_is_then_done(room_for, said_and_done, rows):
    room_for(rows)
    write(91, 20, 9, 1)
    write(10, 8, 2, status=429)
    write(8.5, kind="socket")
    gone, cut = 8 - min(rows, 7), {8: 5, 7: 5, 5: 3, 3: 2, 1: 0}[rows]
    assert said_and_done() == f"{gone}; traffic made anonymous: {cut}"


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
