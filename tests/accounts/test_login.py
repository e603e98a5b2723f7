"""In by name and password, out by a button; nothing tells a guesser which half was wrong."""

import re
from unittest.mock import patch

import pytest
from django.test import Client

from accounts.forms import REFUSED, SetUpForm
from accounts.models import Session, User, Why
from accounts.turns import Busy, turn
from security.models import AuditEntry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def log_in(client: Client, *, username: str = "owner", password: str = PASSWORD, to: str = "/login/"):
    return client.post(to, {"username": username, "password": password})


def test_the_owner_gets_in(client, owner):
    response = log_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/login/")["Location"] == "/"


def test_it_is_one_form_that_posts_to_its_own_address(client, owner):
    page = client.get("/login/?next=/keys/").content.decode()
    assert re.findall(r"<form[^>]*>", page) == ['<form method="post">']
    assert re.findall(r'<input[^>]* name="(\w+)"', page) == ["csrfmiddlewaretoken", "username", "password"]


@pytest.mark.parametrize("name", ["sessionid", "csrftoken"])
def test_no_script_and_no_other_site_reaches_a_cookie(client, owner, name):
    client.get("/login/")
    log_in(client)
    cookie = client.cookies[name]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Lax", "/", "")


def test_the_form_works_with_its_own_token_and_no_other_header(owner):
    client = Client(enforce_csrf_checks=True)
    token = client.get("/login/").context["csrf_token"]
    fields = {"username": "owner", "password": PASSWORD, "csrfmiddlewaretoken": str(token)}
    assert client.post("/login/", fields).status_code == 302


def test_the_form_without_its_token_is_refused(owner):
    assert log_in(Client(enforce_csrf_checks=True)).status_code == 403


def test_a_name_is_the_same_in_either_case(client, owner):
    assert log_in(client, username="OWNER").status_code == 302


@pytest.mark.parametrize("name", ["mi\u017fs", "m\u0131ss", "M\u0130SS", "mis\u017f"])
def test_a_letter_that_only_some_engine_reads_as_another_is_another_name(client, owner, name):
    User.objects.filter(pk=owner.pk).update(username="miss")
    assert "Location" not in log_in(client, username=name).headers
    assert AuditEntry.objects.get().about == "an unknown name"
    assert log_in(client, username="Miss").status_code == 302


@pytest.mark.parametrize("name", ["m\u0131ss", "mi\u017fs", "\uff4diss", "\u043ciss"])
def test_nobody_is_created_under_a_name_that_looks_like_another(name):
    form = SetUpForm({"username": name, "email": "a@example.com", "password": PASSWORD, "password_repeat": PASSWORD})
    assert "username" in form.errors


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("owner", "wrong wrong wrong"),
        ("nobody", PASSWORD),
        ("sleeper", PASSWORD),
        ("owner", ""),
        ("", PASSWORD),
        ("own\0er", PASSWORD),
        ("o" * 65, PASSWORD),
        ("owner", "p" * 129),
    ],
)
def test_every_failure_reads_alike(client, owner, username, password):
    User.objects.create(username="sleeper", password=owner.password, is_active=False)
    response = log_in(client, username=username, password=password)
    assert response.status_code == 200
    assert response.context["form"].errors == {"__all__": [REFUSED]}


@pytest.mark.parametrize("username", ["owner", "nobody", "sleeper", "locked"])
def test_every_failure_costs_one_hash(client, owner, username):
    User.objects.create(username="sleeper", password=owner.password, is_active=False)
    User.objects.create(username="locked", password="!unusable")
    with patch("accounts.hashers.turn", wraps=turn) as turns:
        log_in(client, username=username, password="wrong wrong wrong")
    assert turns.call_count == 1


def test_a_failed_login_leaves_no_session(client, owner):
    log_in(client, password="wrong wrong wrong")
    assert not Session.objects.exists()
    assert "sessionid" not in client.cookies


def test_it_goes_on_to_the_page_that_was_asked_for(client, owner):
    assert log_in(client, to="/login/?next=/keys/")["Location"] == "/keys/"


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil.example"])
def test_it_never_goes_on_to_another_site(client, owner, target):
    response = client.post(f"/login/?next={target}", {"username": "owner", "password": PASSWORD})
    assert response["Location"] == "/"


def test_a_busy_queue_answers_503_and_says_when_to_return(client, owner):
    with patch("accounts.hashers.turn", side_effect=Busy):
        response = log_in(client)
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_logging_out_ends_the_session(client, owner):
    client.force_login(owner)
    assert client.post("/logout/")["Location"] == "/login/"
    assert Session.objects.get().why == Why.LOGOUT


def test_a_link_cannot_log_anybody_out(client, owner):
    client.force_login(owner)
    assert client.get("/logout/").status_code == 405


def test_a_page_asks_a_stranger_to_log_in(client, owner):
    assert client.get("/account/password/")["Location"] == "/login/?next=%2Faccount%2Fpassword%2F"
