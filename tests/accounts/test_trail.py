"""What happens to people and their sessions stands in the audit, in the transaction of the change."""

import os
from datetime import timedelta
from unittest.mock import Mock, patch

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.utils import timezone

from accounts import passwords, sessions, setup
from accounts.models import Session, User, Why
from security import audit
from security.actors import COMMAND_LINE, Actor
from security.models import AuditEntry
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db

NEW = "a wholly different sentence"


def acts() -> list[tuple[str, str, str]]:
    return [(row.act, row.actor, row.about) for row in AuditEntry.objects.order_by("seq")]


def log_in(client) -> Session:
    client.post("/login/", {"username": "owner", "password": PASSWORD}, REMOTE_ADDR="198.51.100.7")
    return Session.objects.get(ended=None)


def test_a_login_is_written_down_with_its_session_and_address(client, owner):
    session, row = log_in(client), AuditEntry.objects.get()
    assert (row.act, row.actor, row.actor_id) == ("accounts:session:login", "owner", str(owner.pk))
    assert (row.address, row.credential) == ("198.51.100.7", f"session {session.digest[:16]}")


def test_no_row_holds_what_opens_a_session(client, owner):
    log_in(client)
    assert client.cookies["sessionid"].value not in str(list(AuditEntry.objects.values()))


def test_a_logout_is_written_down(client, owner):
    session = log_in(client)
    client.post("/logout/")
    row = AuditEntry.objects.get(act="accounts:session:logout")
    assert (row.actor, row.credential) == ("owner", f"session {session.digest[:16]}")


def test_ended_sessions_are_written_down_with_who_ended_them(client, owner):
    log_in(client)
    call_command("end_sessions", "owner")
    assert acts()[-1] == ("accounts:session:end", "command line", "owner")


def test_where_no_session_ended_nothing_is_written_down(owner):
    assert sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE) == 0
    assert acts() == []


def test_a_changed_password_is_written_down_with_the_sessions_it_ended(client, owner):
    log_in(client)
    client.post("/account/password/", {"current_password": PASSWORD, "password": NEW, "password_repeat": NEW})
    assert [act for act, _, _ in acts()][1:] == ["accounts:session:end", "accounts:password:change", "accounts:session:login"]


def test_the_owner_who_comes_from_the_command_line_is_written_down(capsys):
    with patch.dict(os.environ, {"OWNER_PASSWORD": PASSWORD}):
        call_command("create_owner", "boss", "boss@example.com")
    assert acts() == [("accounts:user:create", "command line", "boss")]


def test_the_owner_who_comes_from_the_link_is_written_down(client):
    path = setup.link("")
    client.post(path, {"username": "boss", "email": "boss@example.com", "password": NEW, "password_repeat": NEW})
    assert acts()[0] == ("accounts:user:create", "nobody", "boss")


def test_an_operator_who_ends_sessions_in_the_admin_is_written_down(client, owner, second_user):
    client.force_login(owner)
    row = Session.objects.create(
        digest="d" * 64, user=second_user, created=timezone.now(), last_seen=timezone.now(),
        expires=timezone.now() + timedelta(hours=1), data="",
    )  # fmt: skip
    client.post("/admin/accounts/session/", {"action": "end", "_selected_action": [row.pk]})
    assert acts()[-1] == ("accounts:session:end", "owner", "trader")


@pytest.mark.parametrize("change", ["password", "end", "owner"])
def test_what_cannot_be_written_down_is_not_done(client, owner, monkeypatch, change):
    log_in(client)
    monkeypatch.setattr(audit, "record", Mock(side_effect=OperationalError))
    with pytest.raises(OperationalError):
        if change == "password":
            passwords.change(owner, NEW, by=COMMAND_LINE)
        elif change == "end":
            sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE)
        else:
            User.objects.update(role="trader")
            setup.create_owner("boss", "boss@example.com", NEW, by=Actor("nobody"))
    assert Session.objects.get().ended is None
    assert User.objects.get().check_password(PASSWORD)
