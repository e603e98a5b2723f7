"""/security/address/: what stands about one address, from an alarm on; and the ways through the security pages."""

import re
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import quote

import pytest
import time_machine
from django.test import Client
from django.urls import URLPattern
from django.utils import timezone

from security import alerts, allows, bans, merging, policy
from security.actors import COMMAND_LINE
from security.alerts import Alarm
from security.models import Alert, Origin, Refusal
from security.punishment import Sample
from security.tabs import GROUPS, tabs
from security.urls import urlpatterns as patterns
from tests.security.trying import ATTACKER, try_keys, try_paths

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/security/address/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False) as clock:
        yield clock


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


def read(client: Client, query: str, status: int = 200) -> str:
    response = client.get(f"{PAGE}?q={query}")
    assert response.status_code == status
    return re.sub(r"\s+", " ", response.content.decode())


def test_nobody_but_an_operator_sees_it(client, second_user):
    assert client.get(f"{PAGE}?q=203.0.113.9").status_code == 302
    client.force_login(second_user)
    assert client.get(f"{PAGE}?q=203.0.113.9").status_code == 403


def test_who_is_let_in_is_shown_with_what_counts_against_it(operator):
    try_keys(5)
    try_paths(3)
    merging.merge()
    page = read(operator, ATTACKER.subject)
    for told in ("let in", "No rule names it", "bad-keys", "5 of 10", "API key: unknown", "GET /xxx", ">Ban<", ">Clear<"):
        assert told in page


def test_a_ban_is_shown_with_its_evidence_and_can_be_lifted(operator):
    evidence = [Sample(timezone.now(), 5, "GET /wp-login.php")]
    bans.punish("203.0.113.9", reason="a burst", scenario="unknown-paths", evidence=evidence)
    page = read(operator, "203.0.113.9")
    for told in ("shut out", "203.0.113.9/32 is banned by automation: a burst", "GET /wp-login.php", ">Lift<"):
        assert told in page


def test_the_allow_list_and_a_pause_are_told(operator):
    allows.add("203.0.113.9", by=COMMAND_LINE, note="our own monitor", expires=None)
    page = read(operator, "203.0.113.9")
    assert "allowed" in page
    assert "Automation never bans it: " in page
    assert "our own monitor" in page
    assert ">Allow<" not in page


def test_who_is_allowed_cannot_be_banned_from_there(operator):
    allows.add("203.0.113.9", by=COMMAND_LINE, note="our own monitor", expires=None)
    page = read(operator, "203.0.113.9")
    assert (">Ban<" in page, ">Allow list<" in page, "It is removed" in page) == (False, True, True)


def test_while_bans_pause_nobody_is_called_shut_out(operator):
    bans.ban("203.0.113.9", reason="r", duration=None, origin=Origin.OPERATOR, by=COMMAND_LINE)
    policy.pause(timedelta(minutes=15), by=COMMAND_LINE)
    page = read(operator, "203.0.113.9")
    assert "Bans are paused until 2026-11-23 17:45 IST." in page
    assert ("let in for now" in page, "shut out" in page) == (True, False)


def test_the_alarm_about_a_pause_goes_with_it(operator):
    policy.pause(timedelta(minutes=15), by=COMMAND_LINE)
    assert alerts.standing().get().kind == Alarm.PAUSED
    policy.resume(by=COMMAND_LINE)
    assert not alerts.standing().exists()


def test_how_much_a_ban_blocked_is_told(operator):
    row = bans.ban("203.0.113.9", reason="r", duration=None, origin=Origin.OPERATOR, by=COMMAND_LINE)
    Refusal.objects.create(subject="203.0.113.9", cidr=row.cidr, first=row.created, last=row.created, count=4711)
    assert "Requests blocked</dt> <dd> 4711" in read(operator, "203.0.113.9")


def test_an_ipv6_address_is_told_by_its_subject(operator):
    assert "2001:db8:1:2::/64" in read(operator, "2001:db8:1:2::7")


@pytest.mark.parametrize("text", ["203.0.113", "203.0.113.9%25eth0", "", "%00", "203.0.113.7/24"])
def test_what_is_no_address_is_said_so(operator, text):
    assert "errorlist" in read(operator, text, 400)


def test_without_a_question_it_asks_for_one(operator):
    response = operator.get(PAGE)
    assert (response.status_code, b"errorlist" in response.content) == (200, False)


def test_a_range_leads_to_the_bans_that_touch_it(operator):
    bans.ban("203.0.113.0/24", reason="scans", duration=None, origin=Origin.OPERATOR, by=COMMAND_LINE)
    page = operator.get(f"{PAGE}?q=203.0.113.0/24", follow=True)
    assert page.redirect_chain == [("/security/?q=203.0.113.0%2F24&state=all", 302)]
    assert b"scans" in page.content


@pytest.mark.parametrize(
    ("about", "sentence", "subject"),
    [
        ("203.0.113.9/32", "Somebody is banned.", "203.0.113.9"),
        ("203.0.113.0/24", "Somebody is banned.", "203.0.113.0/24"),
        ("pqr", "2001:db8::/64 used the canary key pqr: where it lay, somebody looked.", "2001:db8::/64"),
        ("owner", "A session of owner ended.", ""),
        ("", "Nobody is named.", ""),
    ],
)
def test_an_alarm_about_somebody_leads_there(operator, about, sentence, subject):
    alerts.sound(Alarm.BAN, sentence, about=about)
    page = operator.get("/security/alerts/").content.decode()
    assert Alert.objects.get().subject == subject
    assert (f'href="{PAGE}?q={quote(subject, safe="")}"' in page) == bool(subject)


def test_every_page_of_the_walls_has_its_place_among_the_tabs():
    acts = {"lift_ban", "resume_bans", "clear_suspect", "remove_allow", "close_alert", "export_bans", "disconnect", "robots"}
    placed = [name for _, pages in GROUPS for page, _, beneath in pages for name in (page, *beneath)]
    known = {each.name for each in patterns if isinstance(each, URLPattern)} | {"sessions", "logins"}
    assert {*placed, *acts} == known
    assert len(placed) == len(set(placed))


def test_the_group_that_is_open_shows_its_pages():
    found = tabs("audit_log")
    assert [tab.label for tab in found.groups if tab.current] == [found.group] == ["Traffic"]
    assert [(tab.label, tab.current) for tab in found.pages] == [("Charts", ""), ("Logs", "page"), ("Sockets", "")]
