"""What the product promises of its trails: one test a promise, named after it, against the product as it stands."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from openalgo import doors
from openalgo.http import Bridge
from security import alerts, bans, retention, surges
from security.actors import Actor
from security.asgi import Gatehouse
from security.models import Alert, TrafficEntry
from tests.security.trails import Trail, answer, ask

EVENING = "2026-03-02 12:00:00Z"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def kept(tmp_path, settings):
    settings.DATA_DIR = tmp_path
    opened = Trail()
    yield opened
    opened.kill()


@pytest.mark.parametrize("path", ["/", "/login/", "/nowhere", "/api/v1/ping", "/admin/", "/healthz"])
def test_whatever_is_answered_is_in_the_trail(kept, owner, path):
    bridge = Bridge()
    status = ask(Gatehouse(http=bridge, websocket=doors.first), path)
    bridge.stop(seconds=5)
    assert [(row.path, row.status) for row in kept.rows()] == [(path, status)]


def test_the_trail_is_anonymous_after_days(kept):
    with time_machine.travel(EVENING, tick=False) as clock:
        answer(address="203.0.113.9")
        kept.rows()
        clock.shift(timedelta(days=7, seconds=1))
        retention.keep()
    assert TrafficEntry.objects.get().subject == "203.0.113.0/24"


def test_latency_and_surges_that_look_like_an_attack_raise_an_alert(kept, monkeypatch):
    monkeypatch.setattr(surges, "LEAST_REQUESTS", 10.0)
    with time_machine.travel(EVENING, tick=False) as clock:
        for _ in range(3):
            for _ in range(10):
                answer(address="203.0.113.9")
            kept.rows()
            clock.shift(timedelta(minutes=1))
        surges.look()
    alerts.flush()
    assert "203.0.113.9 (100 %)" in Alert.objects.get().sentence


def test_how_long_traffic_is_kept_is_changed_on_the_policy_page(owner):
    client = Client()
    client.force_login(owner)
    page = client.get("/security/policy/").content.decode()
    assert all(f'name="{name}"' in page for name in ("traffic_named_days", "traffic_days", "traffic_rows"))


def test_a_logs_page_shows_operators_what_was_asked_and_what_was_changed(kept, owner, client, second_user):
    answer(address="203.0.113.9")
    kept.rows()
    bans.ban("203.0.113.10", reason="scans", origin="operator", by=Actor("owner"), duration=None)
    client.force_login(owner)
    assert "203.0.113.9" in client.get("/logs/").content.decode()
    assert "203.0.113.10/32" in client.get("/logs/audit/").content.decode()
    client.force_login(second_user)
    assert [client.get(page).status_code for page in ("/logs/", "/logs/audit/")] == [403, 403]
