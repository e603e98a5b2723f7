"""A proxy that no setting names is noticed, said in red, and bans nobody behind it."""

import time
from typing import Any

import pytest
from django.template.loader import render_to_string

from security import alerts, bans, checks, clientip, unconfigured
from security.alerts import Alarm
from security.unconfigured import REQUESTS, WINDOW
from tests.security.test_gatehouse import Visit

pytestmark = pytest.mark.django_db

PROXY = "172.18.0.3"
HEADER = ((b"x-forwarded-for", b"203.0.113.9"),)


def visits(count: int = REQUESTS, *, peer: str = PROXY, headers: Any = HEADER) -> None:
    for _ in range(count):
        Visit(peer=peer, headers=headers).through()


def noticed() -> str | None:
    unconfigured.look()
    return unconfigured.peer()


def test_everybody_by_one_private_address_with_the_header_alarms():
    visits()
    assert noticed() == PROXY
    assert alerts.standing().get().kind == Alarm.UNCONFIGURED_PROXY


@pytest.mark.parametrize("peer", [PROXY, "127.0.0.1", "fe80::1%eth0", "fd00::1", "100.64.0.9"])
def test_a_proxy_on_any_private_address_is_noticed(peer):
    visits(peer=peer)
    assert noticed() == peer


def test_few_requests_prove_nothing():
    visits(REQUESTS - 1)
    assert noticed() is None


def test_a_caller_from_the_internet_who_writes_the_header_is_no_proxy():
    visits(peer="203.0.113.9")
    assert noticed() is None


@pytest.mark.parametrize("other", ["172.18.0.9", "203.0.113.9"])
@pytest.mark.parametrize("headers", [HEADER, ()])
def test_somebody_else_who_calls_proves_that_there_are_other_ways_in(other, headers):
    visits()
    visits(1, peer=other, headers=headers)
    assert noticed() is None


def test_a_health_check_of_this_machine_proves_nothing():
    visits()
    visits(3, peer="127.0.0.1", headers=())
    assert noticed() == PROXY


def test_a_long_time_later_one_looks_anew(monkeypatch):
    visits(1, peer="203.0.113.9")
    visits()
    monkeypatch.setattr(time, "monotonic", lambda whole=time.monotonic: whole() + WINDOW)
    before = noticed()
    visits()
    assert (before, noticed()) == (None, PROXY)


def test_a_proxy_that_is_named_is_not_complained_of(settings):
    visits()
    unconfigured.look()
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["172.18.0.0/16"], "x-forwarded-for"
    assert unconfigured.peer() is None
    assert checks.unconfigured_proxy(None) == []


def test_the_check_says_what_the_server_noticed():
    before = checks.unconfigured_proxy(None)
    visits()
    unconfigured.look()
    after = checks.unconfigured_proxy(None)
    assert (before, [each.id for each in after], PROXY in after[0].msg) == ([], ["openalgo.W003"], True)


def test_the_check_is_silent_where_no_database_answers(monkeypatch):
    visits()
    unconfigured.look()
    monkeypatch.setattr(alerts, "standing", None)
    assert checks.unconfigured_proxy(None) == []


def test_the_notice_is_shown_in_red():
    assert 'class="notice error"' in render_to_string("security/unconfigured_proxy.html", {"unconfigured_proxy": PROXY})
    assert "notice" not in render_to_string("security/unconfigured_proxy.html", {"unconfigured_proxy": None})


def test_the_security_page_itself_shows_it(client, owner):
    visits()
    unconfigured.look()
    client.force_login(owner)
    page = " ".join(client.get("/security/").content.decode().split())
    assert f'<p class="notice error" role="alert"> All requests come from {PROXY} and name other callers.' in page


def test_automation_never_bans_such_a_peer():
    bans.punish(PROXY, reason="bad keys", scenario="bad-keys")
    assert not bans.in_force().filter(action="ban").exists()
    assert clientip.proxies().ranges == ()
