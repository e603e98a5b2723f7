"""What stands round every page: the way to the others, and the mode."""

import re

import pytest
from django.test import Client
from django.urls import reverse

TRADING = ["dashboard", "trade", "orders", "trades", "positions", "holdings"]
PAGES = [*TRADING, "mode", "cancel_orders", "close_positions", "api_keys", "password_change", "security", "exchange",
         "logs", "audit_log"]  # fmt: skip
STAFF_ONLY = 'href="/security/"'


def page(user, name: str) -> str:
    client = Client()
    client.force_login(user)
    return client.get(reverse(name)).content.decode()


@pytest.mark.parametrize("name", PAGES)
def test_each_page_says_paper_and_lets_one_log_out(owner, name):
    shown = page(owner, name)
    assert 'class="mode paper"' in shown
    assert f'method="post" action="{reverse("logout")}">' in shown


@pytest.mark.parametrize("name", [*TRADING, "api_keys", "password_change", "security"])
def test_the_page_one_is_on_is_marked(owner, name):
    assert re.search(rf'href="{reverse(name)}"\s+aria-current="page"', page(owner, name))


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_inline(owner, name):
    assert not re.search(r"<style|<script(?! src)|\sstyle=|\son\w+=|javascript:", page(owner, name))


@pytest.mark.parametrize("name", ["allows", "alerts", "exchange", "policy", "logs", "audit_log"])
def test_a_page_below_security_is_marked_there_and_among_its_tabs(owner, name):
    shown = page(owner, name)
    assert re.search(r'href="/security/"\s+aria-current="page"', shown)
    assert re.search(rf'href="{reverse(name)}"\s+aria-current="page"', shown)


def test_a_trader_is_not_shown_the_way_to_security(owner, second_user):
    assert STAFF_ONLY in page(owner, "dashboard")
    assert STAFF_ONLY not in page(second_user, "dashboard")


def test_below_each_page_are_the_documentation_and_for_staff_the_admin(owner, second_user, settings):
    for user, shown in ((owner, True), (second_user, False)):
        below = page(user, "dashboard").partition("<footer")[2]
        assert 'href="/api/v1/docs"' in below
        assert (f'href="/{settings.ADMIN_PATH}"' in below) is shown


def test_the_login_has_no_navigation(client, owner):
    assert "<nav" not in client.get(reverse("login")).content.decode()
