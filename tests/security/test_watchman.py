"""What the watchman hands to detection: every method, forged headers, links of ours; and whom he spares."""

from contextlib import closing

import pytest
import time_machine
from django.test import Client

from security import probes, proofs, snapshot
from security.scores import Scenario

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.security.streets")]
ATTACKER = "203.0.113.9"


@pytest.fixture(autouse=True)
def _noon(settings):
    settings.RATE_LIMITS = "off"
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        yield


@pytest.fixture
def stranger() -> Client:
    return Client(REMOTE_ADDR=ATTACKER)


def found(scenario: Scenario = Scenario.PATHS) -> list[int]:
    """The points that were counted."""
    return [each.weight for each in probes.tally.of(ATTACKER) if each.scenario is scenario]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PROPFIND"])
def test_an_unknown_path_counts_by_whichever_method(stranger, method):
    assert stranger.generic(method, "/nothing").status_code == 404
    assert found() == [1]


def test_an_unknown_path_counts_with_a_body_too(stranger):
    stranger.generic("GET", "/nothing", b'{"apikey": "guess"}', content_type="application/json")
    assert found() == [1]


@pytest.mark.parametrize("path", ["/nothing", "/open", "/page", "/absent"])
@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT"])
def test_a_method_that_no_view_has_counts_wherever_it_is_tried(stranger, method, path):
    assert stranger.generic(method, path).status_code == (404 if path == "/nothing" else 405)
    assert found() == [5]


def test_a_method_that_no_view_has_is_limited_like_an_open_page(stranger, settings):
    settings.RATE_LIMITS = "standard"
    assert [stranger.generic("TRACE", "/open").status_code for _ in range(61)] == [405] * 60 + [429]


def test_a_method_that_no_view_has_is_forgiven_to_whoever_is_logged_in(stranger, owner):
    stranger.force_login(owner)
    stranger.generic("TRACE", "/open")
    assert found() == []


ODD = ("/%2e%2e/%2e%2e/etc", "/a%00b", "/%ff%fe", "/%252e%252e%252f", "/" + "a" * 8000, "/%ed%a0%80")


@pytest.mark.parametrize("path", ODD)
def test_bytes_that_no_path_has_are_answered_404_and_counted(stranger, path):
    assert stranger.get(path).status_code == 404
    assert found() in ([1], [5])


@pytest.mark.parametrize("path", ["/open", "/page", "/absent", "/nothing"])
def test_a_forged_header_counts_whatever_was_asked_for(stranger, path):
    for _ in range(3):
        stranger.get(path, headers={"X-Forwarded-For": "1.2.3.4"})
    assert found(Scenario.SPOOF) == [1]


def test_a_forged_header_is_forgiven_to_whoever_is_logged_in(stranger, owner):
    stranger.force_login(owner)
    stranger.get("/open", headers={"X-Forwarded-For": "1.2.3.4"})
    assert found(Scenario.SPOOF) == []


def test_a_forged_header_is_forgiven_where_a_key_is_live(stranger, monkeypatch):
    monkeypatch.setitem(proofs._checks, "test", lambda request: request.headers.get("X-API-KEY") == "live")
    stranger.get("/open", headers={"X-Forwarded-For": "1.2.3.4", "X-API-KEY": "live"})
    assert found(Scenario.SPOOF) == []


def test_a_file_tells_nothing_about_who_forged_a_header(stranger):
    with closing(stranger.get("/static/openalgo/base.css", headers={"X-Forwarded-For": "1.2.3.4"})) as answer:
        assert answer.status_code == 200
    assert found(Scenario.SPOOF) == []


def test_a_forged_header_alone_bans_nobody_however_often(stranger):
    probes.tally.learn(ATTACKER, [], offences=3)
    for _ in range(100):
        stranger.get("/open", headers={"Forwarded": "for=1.2.3.4"})
    assert snapshot.verdict(ATTACKER) is None


@pytest.mark.parametrize(
    ("referer", "points", "forgiven"),
    [("http://testserver/page", [], [0]), ("http://testserver.evil.example/", [1], []), ("https://testserver/page", [1], [])],
)
def test_a_link_is_ours_when_the_referer_is_our_origin(stranger, referer, points, forgiven):
    stranger.get("/old", headers={"Referer": referer})
    assert (found(), found(Scenario.LINK)) == (points, forgiven)


def test_a_mistyped_api_call_of_a_program_with_a_live_key_never_counts(stranger, monkeypatch):
    monkeypatch.setitem(proofs._checks, "test", lambda request: True)
    stranger.post("/api/v1/placeordr")
    assert found() == []
