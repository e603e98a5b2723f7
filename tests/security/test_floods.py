"""What a flood leaves in the traffic trail is taken for one and goes first, whatever it repeats and whoever refuses it."""

import asyncio
from typing import Any

import pytest
import time_machine
from django.db.models import QuerySet

from openalgo import doors
from security import decoys, excess, policy, probes, rollups, seekers
from security.actors import COMMAND_LINE
from security.asgi import Gatehouse
from security.models import TrafficEntry
from security.rates import Rule
from tests.security.trails import ask

pytestmark = pytest.mark.django_db(transaction=True)

KEY = b'{"apikey": "guess"}'


@pytest.fixture(autouse=True)
def three_a_minute(monkeypatch):
    """More of a stranger is too many."""
    few = policy.Policy(rates={Rule.OPEN: (3, 60), Rule.FAILED: (3, 60)})
    monkeypatch.setattr(policy, "current", lambda: few)
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


def flood(kept) -> QuerySet[TrafficEntry]:
    kept.rows()
    return TrafficEntry.objects.filter(excess.FLOOD)


def test_a_flood_of_one_probe_is_one(gate, kept):
    told = [ask(gate, "/wp-login.php") for _ in range(9)]
    assert told == [404] * 3 + [429] * 6
    assert flood(kept).count() == 6


def test_a_flood_of_one_bad_key_is_one_and_all_of_it_is_in_the_charts(gate, kept):
    told = [ask(gate, "/api/v1/ping", method="POST", body=KEY) for _ in range(9)]
    assert told == [403] * 3 + [429] * 6
    assert flood(kept).count() == 6
    assert rollups.last_hour()[-1].bad_keys == 9


def test_each_probe_that_counts_is_evidence_however_it_is_answered(gate, kept):
    told = [ask(gate, f"/{'x' * number}") for number in (1, 1, 1, 2, 3, 2)]
    assert told == [404] * 3 + [429] * 3
    assert flood(kept).count() == 1
    assert TrafficEntry.objects.filter(status=429, tried__isnull=False).count() == 2


def test_a_repetition_that_is_not_refused_is_evidence_of_who_asked_and_when(gate, kept, three_a_minute):
    ask(gate, "/wp-login.php")
    three_a_minute.shift(60 * 60)
    ask(gate, "/wp-login.php")
    first, second = kept.rows()
    (found,) = seekers.find("/wp-*", by=COMMAND_LINE, until=second.at).seekers
    assert (first.tried, found.last) == (second.tried, second.at)


def test_what_nobody_counts_for_want_of_room_is_a_flood(gate, kept, settings, monkeypatch):
    settings.BANS = False
    monkeypatch.setattr(probes.tally, "tries", 4)
    for number in range(1, 10):
        ask(gate, f"/{'x' * number}")
    assert flood(kept).count() == 9 - 4


def test_a_decoy_that_is_asked_for_over_and_over_is_evidence_once(gate, kept, settings):
    settings.BANS = False
    for _ in range(9):
        ask(gate, decoys.paths()[0])
    assert flood(kept).count() == 6


REFUSED: dict[int, dict[str, Any]] = {
    400: {"headers": [(b"accept", b"a/b;a*0=1")]},
    413: {"body": b"x" * 11},
    415: {"headers": [(b"content-type", b"multipart/form-data; boundary=x")]},
    431: {"headers": [(b"accept", b"a" * 1025)]},
}


@pytest.mark.parametrize("status", REFUSED)
def test_what_the_bridge_refuses_is_one(gate, kept, settings, status):
    settings.BODY_LIMIT = 10
    assert ask(gate, "/keys/", method="POST", **REFUSED[status]) == status
    assert flood(kept).count() == 1


def test_a_body_that_does_not_come_is_one(gate, kept, settings, monkeypatch):
    settings.BODY_DEADLINE = 0
    monkeypatch.setattr("openalgo.body._collect", lambda *_, **__: asyncio.Event().wait())
    assert ask(gate, "/keys/", method="POST") == 408
    assert flood(kept).count() == 1


def test_what_finds_no_room_is_one(gate, kept, monkeypatch):
    monkeypatch.setattr("openalgo.pool.Pool.refuses", lambda *_, **__: True)
    assert ask(gate, "/") == 503
    assert flood(kept).count() == 1


def test_plain_http_at_the_second_port_is_one(kept):
    assert ask(Gatehouse(http=doors.upgrade_required, websocket=doors.second), "/") == 426
    assert flood(kept).count() == 1


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/", [(b"host", b"example.org")], 400), ("/ws", [], 426), ("/nowhere", [], 404)],
)
def test_what_django_refuses_is_none(gate, kept, path, headers, status):
    assert ask(gate, path, headers=headers) == status
    assert flood(kept).count() == 0
