"""Closed by default: what a visitor without a session is told."""

from datetime import time

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from accounts.middleware import LoginRequired
from accounts.models import Session, Why
from accounts.sessions import SessionStore, end
from security.actors import COMMAND_LINE

pytestmark = pytest.mark.django_db


def knock(path: str, *, method: str = "GET", accept: str = "text/html"):
    request = RequestFactory().generic(method, path, headers={"accept": accept})
    request.session = SessionStore()
    return LoginRequired(lambda request: HttpResponse()).handle_no_permission(request, HttpResponse)


def test_the_front_door_is_the_dashboard_of_who_is_logged_in(client, owner):
    assert client.get("/")["Location"] == "/login/"
    client.force_login(owner)
    assert client.get("/").status_code == 200


def test_until_an_owner_exists_the_front_door_points_to_the_console():
    response = knock("/")
    assert response.status_code == 200
    assert "console" in response.content.decode()


def test_until_then_the_login_does_so_too(client):
    response = client.get("/login/")
    assert response.status_code == 200
    assert "console" in response.content.decode()


def test_then_it_leads_to_the_login_and_nothing_else(owner):
    assert knock("/")["Location"] == "/login/"


def test_a_page_leads_back_after_the_login():
    assert knock("/keys/?page=2")["Location"] == "/login/?next=%2Fkeys%2F%3Fpage%3D2"


def test_a_form_that_was_sent_is_not_repeated_after_the_login():
    assert knock("/keys/", method="POST")["Location"] == "/login/"


@pytest.mark.parametrize(("path", "accept"), [("/api/v1/funds", "*/*"), ("/keys/", "application/json")])
def test_programs_are_not_redirected(path, accept):
    response = knock(path, accept=accept)
    assert (response.status_code, response["Content-Type"]) == (401, "application/json")


@pytest.mark.parametrize(
    ("path", "login"),
    [("/", "/login/?ended=1"), ("/keys/", "/login/?next=%2Fkeys%2F&ended=1"), ("/logout/", "/login/?ended=1")],
)
def test_whoever_brings_a_session_that_is_over_is_told_so_once(client, owner, path, login):
    client.force_login(owner)
    end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE)
    ask = client.post if path == "/logout/" else client.get
    assert ask(path)["Location"] == login
    assert "ended" not in ask(path)["Location"]


def test_a_session_that_never_was_has_not_ended(client, owner):
    client.cookies["sessionid"] = "made-up"
    assert client.get("/")["Location"] == "/login/"


def test_the_login_says_when_sessions_end(client, owner, settings):
    settings.SESSION_EXPIRY_TIME = time(4, 15)
    sentence = "Your session has ended. Sessions end daily at 04:15 (Asia/Kolkata), "
    assert sentence in client.get("/login/?ended=1&next=/keys/").content.decode()
    assert "ended" not in client.get("/login/").content.decode()


def test_a_strangers_form_is_not_even_read(monkeypatch):
    monkeypatch.setattr(HttpRequest, "_load_post_and_files", lambda _: pytest.fail("it was read"))
    client = Client(enforce_csrf_checks=True)
    client.cookies["csrftoken"] = "a" * 32
    assert client.post("/security/exchange/", {"file": b"f"}).status_code == 302
