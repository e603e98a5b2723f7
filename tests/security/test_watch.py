"""What no route matches is counted against strangers; what a view answers never is."""

import pytest
import time_machine
from django.test import Client

from security import bans, decoys, probes, proofs, snapshot
from security.actors import Actor

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.urls("tests.security.streets")]
ATTACKER = "203.0.113.9"


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        yield


@pytest.fixture
def stranger(settings) -> Client:
    settings.RATE_LIMITS = "off"
    return Client(REMOTE_ADDR=ATTACKER)


@pytest.fixture
def user(owner, settings) -> Client:
    settings.RATE_LIMITS = "off"
    client = Client(REMOTE_ADDR=ATTACKER)
    client.force_login(owner)
    return client


def probe(client: Client, times: int = 10, *, under: str = "/") -> list[int]:
    return [client.get(f"{under}{'x' * (number + 1)}").status_code for number in range(times)]


def test_ten_unknown_paths_at_once_ban_and_the_next_request_is_refused(stranger):
    assert set(probe(stranger)) == {404}
    assert stranger.get("/open").status_code == 403


@pytest.mark.parametrize("under", ["/api/v1/", "/static/", "/.well-known/"])
def test_unknown_paths_count_everywhere(stranger, under):
    probe(stranger, under=under)
    assert snapshot.verdict(ATTACKER) is not None


def test_a_404_that_a_view_gives_never_counts(stranger):
    for number in range(50):
        assert stranger.get(f"/absent?page={number}").status_code == 404
    assert snapshot.verdict(ATTACKER) is None


def test_what_a_live_session_asks_for_never_counts(user):
    probe(user, 50)
    assert snapshot.verdict(ATTACKER) is None
    assert not snapshot.is_throttled(ATTACKER)


def test_a_session_that_ended_counts_like_none(user):
    user.cookies["sessionid"] = "0" * 32
    probe(user)
    assert snapshot.verdict(ATTACKER) is not None


def test_what_proves_itself_otherwise_never_counts(stranger, monkeypatch):
    monkeypatch.setitem(proofs._checks, "test", lambda request: request.headers.get("X-API-KEY") == "live")
    stranger.defaults["HTTP_X_API_KEY"] = "live"
    probe(stranger, 50, under="/api/v1/")
    assert snapshot.verdict(ATTACKER) is None


def test_a_staff_session_turns_bans_of_its_address_into_throttles(user, stranger):
    user.get("/page")
    probe(stranger)
    assert snapshot.verdict(ATTACKER) is None
    assert snapshot.is_throttled(ATTACKER)


def test_a_traders_session_does_not_yet_it_waits_behind_no_stranger(second_user, stranger):
    client = Client(REMOTE_ADDR=ATTACKER)
    client.force_login(second_user)
    client.get("/page")
    assert (proofs.is_recognised(ATTACKER), proofs.is_met(ATTACKER)) == (False, True)


def test_a_throttled_stranger_is_slowed_even_without_rate_limits(stranger):
    bans.ban(ATTACKER, reason="r", origin="auto", by=Actor("a"), duration=bans.DAY, action="throttle")
    answers = [stranger.get("/open").status_code for _ in range(40)]
    assert answers == [200] * 30 + [429] * 10


def test_a_session_behind_a_throttled_address_is_not_slowed(user):
    bans.ban(ATTACKER, reason="r", origin="auto", by=Actor("a"), duration=bans.DAY, action="throttle")
    assert {user.get("/page").status_code for _ in range(40)} == {200}


def test_a_throttled_stranger_who_looks_for_unknown_paths_is_slowed_too(stranger):
    bans.ban("127.0.0.1", reason="r", origin="auto", by=Actor("a"), duration=bans.DAY, action="throttle")
    client = Client()
    assert probe(client, 40) == [404] * 30 + [429] * 10


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [("/open", {"Host": "evil.example"}, 400), ("/security/", {"Sec-Fetch-Site": "cross-site"}, 403), ("/login", {}, 301)],
    ids=["another host", "another site", "without its slash"],
)
def test_what_is_turned_away_before_any_view_is_limited_too(path, headers, status):
    client = Client(REMOTE_ADDR=ATTACKER, headers=headers)
    assert [client.get(path).status_code for _ in range(61)] == [status] * 60 + [429]


def test_what_is_asked_of_a_name_that_is_not_ours_bans_nobody(stranger):
    for number in range(30):
        stranger.get(f"/x{'x' * number}", headers={"Host": "evil.example"})
        stranger.get(f"/wp-{number}", headers={"Host": "evil.example"})
    assert snapshot.verdict(ATTACKER) is None


@pytest.mark.parametrize("host", ["192.0.2.1", "192.0.2.1:8000", "[2001:db8::1]", "[2001:db8::1]:8000"])
def test_a_scan_of_a_bare_address_counts(stranger, host):
    answers = {stranger.get(path, headers={"Host": host}).status_code for path in ("/wp-login.php", "/.env")}
    assert (answers, snapshot.verdict(ATTACKER) is not None) == ({400}, True)


def test_a_decoy_under_a_bare_address_bans_at_once(stranger):
    stranger.get(decoys.paths()[0], headers={"Host": "192.0.2.1"})
    assert snapshot.verdict(ATTACKER) is not None


def test_who_only_took_the_address_for_the_name_is_no_scanner(stranger):
    for path in ("/", "/login/", "/page", "/favicon.ico", *(f"/x{number}" for number in range(30))):
        assert stranger.get(path, headers={"Host": "192.0.2.1"}).status_code == 400
    assert not probes.tally.of(ATTACKER)


@pytest.mark.parametrize("under", ["/", "/static/", "/api/v1/", "/api/call?apikey="])
def test_what_another_site_embeds_gets_its_visitor_neither_banned_nor_answered(stranger, under):
    stranger.defaults |= {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_DEST": "image"}
    assert set(probe(stranger, 30, under=under)) == {403}
    assert snapshot.verdict(ATTACKER) is None


def test_a_scanner_gains_nothing_by_calling_itself_a_foreign_program(stranger):
    stranger.defaults |= {"HTTP_SEC_FETCH_SITE": "cross-site", "HTTP_SEC_FETCH_DEST": "empty", "HTTP_X_API_KEY": "guess"}
    probe(stranger, under="/api/v1/")
    assert snapshot.verdict(ATTACKER) is not None
