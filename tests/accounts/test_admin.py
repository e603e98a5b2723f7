"""The admin looks at people and sessions, shows no secret, and ends sessions by the verb."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Session, Why

pytestmark = pytest.mark.django_db

USERS, SESSIONS = reverse("admin:accounts_user_changelist"), reverse("admin:accounts_session_changelist")


@pytest.fixture
def browser(client, owner):
    client.force_login(owner)
    return client


def test_it_finds_people_by_name_and_address(browser, second_user):
    page = browser.get(USERS, {"q": "trader@example"}).content.decode()
    assert second_user.email in page
    assert "owner@example.com" not in page


def test_it_shows_no_password(browser, owner):
    page = browser.get(reverse("admin:accounts_user_change", args=[owner.pk])).content.decode()
    assert owner.email in page
    assert not {"peppered", owner.password} & set(page.split())
    assert "argon2" not in page


@pytest.mark.parametrize("what", ["add", "delete", "change"])
def test_it_changes_nobody(browser, owner, what):
    path = reverse(f"admin:accounts_user_{what}", args=[] if what == "add" else [owner.pk])
    assert browser.post(path, {"username": "changed", "post": "yes"}).status_code == 403


def test_it_ends_a_session(browser, second_user):
    other = Client()
    other.force_login(second_user)
    row = Session.objects.get(user=second_user)
    browser.post(SESSIONS, {"action": "end", "_selected_action": [row.pk]})
    row.refresh_from_db()
    assert row.why == Why.OPERATOR
    assert other.get("/account/password/").status_code == 302


def test_it_shows_sessions_without_what_they_hold(browser):
    row = Session.objects.get()
    page = browser.get(SESSIONS).content.decode()
    assert "127.0.0.1" in page or row.address == ""
    assert row.data not in page


def test_a_trader_does_not_get_in(client, second_user):
    client.force_login(second_user)
    assert client.get(USERS).status_code in (302, 403)
