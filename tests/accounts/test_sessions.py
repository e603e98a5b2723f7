"""One row a session, read on every request: what ends it holds from the next request on."""

from datetime import UTC, datetime, time, timedelta

import pytest
import time_machine
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import sessions
from accounts.models import Session, User, Why
from security import propagation
from security.actors import COMMAND_LINE
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

PAGE = "/account/password/"
EVENING = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # 17:30 in Kolkata
BOUNDARY = datetime(2026, 3, 2, 22, 0, tzinfo=UTC)  # 03:30 in Kolkata


@pytest.fixture(autouse=True)
def _default_expiry(settings):
    """A run that begins late in the evening has another."""
    settings.SESSION_EXPIRY_TIME = time(3, 30)


@pytest.fixture
def clock():
    with time_machine.travel(EVENING, tick=False) as clock:
        yield clock


@pytest.fixture
def browser(owner) -> Client:
    return new_browser(owner)


def new_browser(user: User) -> Client:
    client = Client(headers={"user-agent": "a browser"})
    client.post("/login/", {"username": user.username, "password": PASSWORD})
    return client


def is_in(client: Client) -> bool:
    return client.get(PAGE).status_code == 200


def key_of(client: Client) -> str:
    return client.cookies["sessionid"].value


def test_a_login_makes_a_row_that_says_who_and_from_where(clock, browser, owner):
    row = Session.objects.get()
    assert (row.user, row.address, row.device) == (owner, "127.0.0.1", "a browser")
    assert (row.created, row.last_seen, row.expires) == (EVENING, EVENING, BOUNDARY)


def test_an_odd_device_is_cut_to_what_the_table_takes(client, owner):
    fields = {"username": "owner", "password": PASSWORD}
    client.post("/login/", fields, headers={"user-agent": "\0\xff" * 300})
    assert Session.objects.get().device == "\xff" * 200


def test_the_table_does_not_hold_the_key(browser):
    row = Session.objects.values().get()
    assert not any(key_of(browser) in str(value) for value in row.values())


def test_a_visitor_without_a_session_makes_no_row(client):
    client.get("/login/")
    assert not Session.objects.exists()


def test_the_cookie_outlives_the_day_so_that_its_end_can_be_told(clock, browser):
    assert browser.cookies["sessionid"]["max-age"] == (BOUNDARY - EVENING + timedelta(days=1)).total_seconds()
    clock.move_to(BOUNDARY)
    assert browser.get("/")["Location"] == "/login/?ended=1"


def test_the_day_ends_at_half_past_three(clock, browser):
    clock.move_to(BOUNDARY - timedelta(hours=5))
    assert is_in(browser)
    clock.move_to(BOUNDARY - timedelta(seconds=1))
    assert is_in(browser)
    clock.move_to(BOUNDARY)
    assert not is_in(browser)


def test_use_does_not_move_the_boundary(clock, browser):
    clock.move_to(BOUNDARY - timedelta(minutes=1))
    browser.get(PAGE)
    assert Session.objects.get().expires == BOUNDARY


def test_twelve_idle_hours_end_it(clock, owner):
    clock.move_to(BOUNDARY)
    idler, user = new_browser(owner), new_browser(owner)
    clock.shift(timedelta(hours=6))
    assert is_in(user)
    clock.shift(timedelta(hours=6))
    assert (is_in(idler), is_in(user)) == (False, True)


def test_it_notes_the_last_visit_once_a_minute(clock, browser):
    clock.shift(timedelta(seconds=59))
    browser.get(PAGE)
    assert Session.objects.get().last_seen == EVENING
    clock.shift(timedelta(seconds=1))
    browser.get(PAGE)
    assert Session.objects.get().last_seen == EVENING + timedelta(minutes=1)


def test_it_notes_at_once_where_it_moved_to(clock, browser):
    browser.get(PAGE, REMOTE_ADDR="203.0.113.9")
    assert Session.objects.get().address == "203.0.113.9"
    browser.post(PAGE, {}, REMOTE_ADDR="203.0.113.10")
    assert Session.objects.get().address == "203.0.113.10"


def test_a_page_from_where_it_was_writes_nothing(clock, browser):
    browser.get(PAGE)
    with CaptureQueriesContext(connection) as queries:
        browser.get(PAGE)
    assert not [query for query in queries if query["sql"].startswith("UPDATE")]


def test_a_page_of_a_logged_in_user_reads_once(browser):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert is_in(browser)
    assert len([query for query in queries if "accounts_" in query["sql"]]) == 1


def test_ending_the_sessions_of_one_leaves_the_others(browser, owner):
    other = User(username="second")
    other.set_password(PASSWORD)
    other.save()
    second = new_browser(other)
    assert sessions.end(Session.objects.filter(user=owner), why=Why.COMMAND, by=COMMAND_LINE) == 1
    assert (is_in(browser), is_in(second)) == (False, True)


def test_an_ended_session_stays_as_history(browser):
    sessions.end(Session.objects.all(), why=Why.OPERATOR, by=COMMAND_LINE)
    assert Session.objects.get().why == Why.OPERATOR
    assert sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE) == 0


def test_an_end_moves_the_sequence(browser):
    before = propagation.current()
    sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE)
    assert Session.objects.get().seq == propagation.current() == before + 1


def test_a_disabled_user_is_out_at_once(browser, owner):
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert not is_in(browser)


def test_a_password_changed_by_any_way_ends_sessions(browser, owner):
    owner.set_password("a wholly different sentence")
    owner.save()
    assert not is_in(browser)
    assert Session.objects.get().why == Why.PASSWORD


def test_a_password_stored_anew_under_a_new_pepper_ends_nothing(browser, owner, settings):
    settings.PASSWORD_PEPPERS = (("k2", b"2" * 32), *settings.PASSWORD_PEPPERS)
    assert authenticate(username="owner", password=PASSWORD)
    assert is_in(browser)


def test_a_key_from_elsewhere_is_not_adopted(client, owner):
    client.cookies[settings.SESSION_COOKIE_NAME] = "p" * 43
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    assert key_of(client) != "p" * 43
    assert Session.objects.get().digest == sessions.digest(key_of(client))


def test_a_login_replaces_the_key_of_an_anonymous_session(client, owner):
    planted = client.session.session_key
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    assert not is_in(Client(headers={"cookie": f"sessionid={planted}"}))
    assert is_in(client)


def test_who_logs_in_again_gets_a_new_session(browser, owner):
    first = key_of(browser)
    browser.post("/login/", {"username": "owner", "password": PASSWORD})
    assert key_of(browser) != first
    assert [row.why for row in Session.objects.order_by("created")] == ["logout", ""]


def test_another_user_gets_another_session(browser):
    other = User(username="second")
    other.set_password(PASSWORD)
    other.save()
    browser.post("/login/", {"username": "second", "password": PASSWORD})
    assert sorted(Session.objects.values_list("user__username", "why")) == [("owner", "logout"), ("second", "")]


def test_a_new_key_keeps_the_row_and_its_day(browser):
    store, before = browser.session, Session.objects.get()
    store.cycle_key()
    store.save()
    after = Session.objects.get()
    assert after.digest == sessions.digest(store.session_key) != before.digest
    assert (after.created, after.expires, after.user) == (before.created, before.expires, before.user)


def test_what_was_ended_meanwhile_cannot_be_saved(browser):
    store = browser.session
    store["note"] = "kept?"
    sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE)
    with pytest.raises(UpdateError):
        store.save()


@pytest.mark.parametrize("key", ["", "short", "x" * 43, "é" * 43, "\0" * 43])
def test_a_made_up_key_opens_nothing(owner, key):
    store = sessions.SessionStore(key)
    assert (dict(store.items()), store.user, store.session_key) == ({}, None, None)
