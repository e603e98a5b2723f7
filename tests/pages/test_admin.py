"""Everything the admin shows opens for the owner, and nothing for a trader."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from apiauth.models import ApiKey

LISTS = sorted(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist" for model in admin.site._registry)


def browser(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", ["admin:index", *LISTS])
def test_the_owner_may_look(owner, name):
    assert browser(owner).get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", LISTS)
def test_the_owner_may_search(owner, name):
    assert browser(owner).get(reverse(name), {"q": "203.0.113.9"}).status_code == 200


@pytest.mark.parametrize(
    ("name", "lookup"),
    [
        ("accounts_user", "password__startswith"), ("accounts_session", "digest__startswith"), ("apiauth_apikey", "tag"),
        ("apiauth_apikey", "digest__startswith"), ("brokers_journalentry", "user__password__startswith"),
        ("security_ban", "seq"),
    ],
)  # fmt: skip
def test_no_list_can_be_asked_for_what_it_does_not_offer(owner, name, lookup):
    assert browser(owner).get(reverse(f"admin:{name}_changelist"), {lookup: "a"}).status_code == 400


@pytest.mark.parametrize(("name", "lookup"), [("security_ban", "state__exact"), ("brokers_journalentry", "placed__year")])
def test_the_filters_of_a_list_work(owner, name, lookup):
    value = "active" if name == "security_ban" else "2026"
    assert browser(owner).get(reverse(f"admin:{name}_changelist"), {lookup: value}).status_code == 200


@pytest.mark.parametrize("name", ["admin:index", *LISTS])
def test_a_trader_may_not(second_user, name):
    assert browser(second_user).get(reverse(name), follow=True).status_code == 403


def test_an_operator_sees_bans_but_no_keys(second_user):
    second_user.role = Role.OPERATOR
    second_user.save()
    operator = browser(second_user)
    assert operator.get("/admin/security/ban/add/").status_code == 200
    assert operator.get("/admin/apiauth/apikey/").status_code == 403


def test_what_no_one_uses_is_not_shown():
    assert not [name for name in LISTS if "group" in name or "social" in name]


def test_times_are_those_of_the_other_pages(owner, api_key, settings):
    settings.SESSION_TIMEZONE = ZoneInfo("Asia/Tokyo")
    ApiKey.objects.update(last_used=datetime(2026, 3, 2, 15, 30, tzinfo=UTC))
    assert "March 3, 2026, 12:30 a.m." in browser(owner).get("/admin/apiauth/apikey/").content.decode()
    assert timezone.get_current_timezone_name() == "UTC"


def test_logging_out_of_the_admin_is_our_logout(owner):
    answer = browser(owner).post("/admin/logout/")
    assert (answer.status_code, answer.headers["Location"]) == (307, "/logout/")
