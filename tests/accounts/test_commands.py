"""The commands of the hall: one sentence each, also when they refuse."""

from getpass import fallback_getpass  # type: ignore[attr-defined]  # what getpass falls back on
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from accounts.models import Role, Session, User, Why
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue().strip()


@pytest.fixture
def _given(monkeypatch):
    monkeypatch.setenv("OWNER_PASSWORD", PASSWORD)


@pytest.mark.usefixtures("_given")
def test_create_owner_takes_the_password_from_the_environment():
    assert run("create_owner", "boss", "boss@example.com") == "boss owns this server."
    boss = User.objects.get()
    assert (boss.role, boss.email, boss.check_password(PASSWORD)) == (Role.OWNER, "boss@example.com", True)


@patch("accounts.management.commands.create_owner.getpass", side_effect=[PASSWORD, PASSWORD])
def test_create_owner_else_asks_twice(getpass):
    run("create_owner", "boss", "boss@example.com")
    assert getpass.call_count == 2


@patch("accounts.management.commands.create_owner.getpass", side_effect=[PASSWORD, "another"])
def test_create_owner_refuses_two_that_differ(getpass):
    with pytest.raises(CommandError, match="differ"):
        run("create_owner", "boss", "boss@example.com")


@patch("accounts.management.commands.create_owner.getpass", side_effect=EOFError)
def test_create_owner_says_where_a_password_may_come_from(getpass):
    with pytest.raises(CommandError, match="OWNER_PASSWORD"):
        run("create_owner", "boss", "boss@example.com")


@patch("accounts.management.commands.create_owner.getpass", wraps=fallback_getpass)
def test_create_owner_without_a_terminal_types_no_password_in_the_open(getpass):
    with pytest.raises(CommandError, match="Set OWNER_PASSWORD or run it in a terminal"):
        run("create_owner", "boss", "boss@example.com")


@pytest.mark.usefixtures("_given")
@pytest.mark.parametrize(("name", "email"), [("two words", "boss@example.com"), ("boss", "nowhere"), (PASSWORD[:20], "")])
def test_create_owner_holds_to_the_rules_of_the_page(name, email):
    with pytest.raises(CommandError):
        run("create_owner", name, email)
    assert not User.objects.exists()


def test_create_owner_refuses_a_second(owner):
    with pytest.raises(CommandError, match="An owner exists already"):
        run("create_owner", "boss", "boss@example.com")


def test_end_sessions_of_one_user_says_how_many(client, owner):
    client.force_login(owner)
    assert run("end_sessions", "OWNER") == "1 session ended."
    assert Session.objects.get().why == Why.COMMAND


def test_end_sessions_of_everybody(client, owner):
    client.force_login(owner)
    assert run("end_sessions", "--all") == "1 session ended."
    assert client.get("/account/password/").status_code == 302


def test_end_sessions_dry_run_ends_nothing(client, owner):
    client.force_login(owner)
    assert run("end_sessions", "owner", "--dry-run") == "1 session would end."
    assert client.get("/account/password/").status_code == 200


@pytest.mark.parametrize("arguments", [("nobody",), (), ("owner", "--all")])
def test_end_sessions_needs_one_that_exists(owner, arguments):
    with pytest.raises(CommandError):
        run("end_sessions", *arguments)


def test_setup_link_prints_a_link_that_opens(client):
    link = run("setup_link", "--base", "https://desk.example.com")
    assert client.get(link.removeprefix("https://desk.example.com")).status_code == 200


def test_setup_link_refuses_once_an_owner_exists(owner):
    with pytest.raises(CommandError, match="owner exists"):
        run("setup_link")


def test_a_database_without_tables_is_said_in_a_sentence():
    with (
        patch("accounts.management.commands.end_sessions.sessions.end", side_effect=OperationalError("no such table")),
        pytest.raises(CommandError, match="has no tables yet"),
    ):
        run("end_sessions", "--all")
