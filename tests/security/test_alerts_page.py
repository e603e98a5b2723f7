"""Alerts on /security and on a page of their own: seen, closed, looked up later."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from security import alerts, policy
from security.actors import COMMAND_LINE, Actor
from security.alerts import Alarm
from security.models import Alert, AuditEntry

LIST, CLOSE, HOME = "/security/alerts/", "/security/alerts/close/", "/security/"

pytestmark = pytest.mark.django_db


@pytest.fixture
def operator(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


@pytest.fixture
def alert() -> Alert:
    alerts.sound(Alarm.SPARED, "203.0.113.9 scans, and is <b>spared</b>.", about="203.0.113.9/32")
    return alerts.standing().get()


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


@pytest.mark.parametrize("address", [LIST, HOME])
def test_an_open_alert_is_shown_and_escaped(operator, alert, address):
    page = read(operator, address)
    assert "203.0.113.9 scans, and is &lt;b&gt;spared&lt;/b&gt;." in page


def test_the_newest_stand_first(operator):
    for number in range(3):
        alerts.sound(Alarm.BAN, f"number {number}", about=str(number))
        alerts.flush()
    shown = operator.get(LIST).context["page"].object_list
    assert [each.sentence for each in shown] == ["number 2", "number 1", "number 0"]


def test_every_page_of_an_operator_says_how_many_are_open(operator, alert):
    assert '1 <span class="unseen">open alerts</span>' in read(operator, "/keys/")


def test_a_trader_is_told_of_none(second_user, alert):
    client = Client()
    client.force_login(second_user)
    assert "open alerts" not in read(client, "/keys/")


@pytest.mark.parametrize(("back", "lands"), [("security", HOME), ("alerts", LIST), ("https://evil.example", LIST), ("", LIST)])
def test_an_alert_is_closed(operator, alert, back, lands):
    answer = operator.post(CLOSE, {"id": alert.pk, "back": back})
    assert (answer["Location"], alerts.standing().exists()) == (lands, False)
    assert AuditEntry.objects.get().actor == "owner"


def test_a_closed_one_is_found_later_with_who_closed_it(operator, alert):
    alerts.close(alert, by=Actor("somebody"))
    assert "closed by somebody" in read(operator, f"{LIST}?closed")
    assert "203.0.113.9" not in read(operator, LIST)


def test_all_that_the_page_showed_are_closed(operator, alert):
    seen = operator.get(LIST).context["seen"]
    alerts.sound(Alarm.POLICY, "since")
    alerts.flush()
    operator.post(CLOSE, {"until": seen.isoformat()})
    assert alerts.standing().get().sentence == "since"


@pytest.mark.parametrize("sent", [{}, {"id": ""}, {"id": "x"}, {"id": "0" * 32}, {"until": "2026-13-01"}])
def test_what_names_no_open_alert_closes_none(operator, alert, sent):
    answer = operator.post(CLOSE, sent, follow=True)
    assert "There is no such open alert." in answer.content.decode()
    assert alerts.standing().exists()


def test_many_are_shown_in_pages(operator):
    at = timezone.now() - timedelta(days=1)
    Alert.objects.bulk_create(Alert(kind="ban", about=str(n), sentence="s", first=at, last=at) for n in range(120))
    assert "Page 3 of 3" in read(operator, f"{LIST}?page=3")


@pytest.mark.parametrize(("method", "address"), [("get", LIST), ("post", CLOSE)])
def test_a_trader_has_no_alerts_to_see(second_user, method, address):
    client = Client()
    client.force_login(second_user)
    assert getattr(client, method)(address).status_code == 403


def test_switched_off_bans_are_told_on_every_security_page(operator, settings):
    settings.BANS = False
    for address in (HOME, LIST, "/security/policy/"):
        assert "Bans are switched off" in read(operator, address)


@pytest.mark.django_db(transaction=True)
def test_a_pause_is_told_with_its_end(operator):
    policy.pause(timedelta(minutes=15), by=COMMAND_LINE)
    assert "Bans pause" in read(operator, HOME)


def test_the_admin_closes_and_changes_nothing_else(operator, alert):
    chosen = {"action": "close", "_selected_action": str(alert.pk)}
    operator.post(reverse("admin:security_alert_changelist"), chosen)
    assert not alerts.standing().exists()
    assert 'name="_save"' not in read(operator, reverse("admin:security_alert_change", args=[alert.pk]))
