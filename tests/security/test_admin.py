"""Bans in the admin: the same verbs, and history that nobody edits."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from security import bans
from security.actors import Actor
from security.models import AuditEntry, Ban, Origin

ADD = "/admin/security/ban/add/"
LIST = "/admin/security/ban/"
OTHERS = ("203.0.113.10", "203.0.113.11")


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


@pytest.fixture
def banned(db) -> Ban:
    return bans.ban("203.0.113.9", reason="guesses keys", origin=Origin.COMMAND, by=Actor("owner"), duration=timedelta(1))


def test_a_ban_is_ordered_in_the_admin(operator):
    answer = operator.post(ADD, {"address": "203.0.113.9", "reason": "scans", "duration": "1w"})
    assert answer.headers["Location"] == LIST
    assert bans.in_force().get().actor == "owner"


def test_the_admin_log_names_who_banned(operator, owner):
    operator.post(ADD, {"address": "203.0.113.9", "reason": "scans", "duration": "1w"})
    assert LogEntry.objects.get().user_id == owner.pk


def test_a_refusal_stands_in_the_form(operator):
    answer = operator.post(ADD, {"address": "127.0.0.1", "reason": "scans", "duration": "1w"})
    assert "never banned" in answer.content.decode()


def test_the_lift_action_lifts(operator, banned):
    operator.post(LIST, {"action": "lift", "_selected_action": [str(banned.pk)]})
    banned.refresh_from_db()
    assert banned.lifted_by == "owner"


def test_the_lift_action_lifts_the_selected_and_nothing_else(operator, banned):
    around = bans.ban("203.0.113.0/24", reason="fraud", origin=Origin.COMMAND, by=Actor("owner"), duration=None)
    operator.post(LIST, {"action": "lift", "_selected_action": [str(banned.pk)]})
    assert list(bans.in_force()) == [around]
    assert list(LogEntry.objects.values_list("object_repr", flat=True)) == ["ban 203.0.113.9/32"]


def test_the_lift_action_leaves_what_ended_as_it_was(operator, banned):
    bans.lift(banned.cidr, by=Actor("somebody"))
    answer = operator.post(LIST, {"action": "lift", "_selected_action": [str(banned.pk)]}, follow=True)
    assert "0 lifted" in answer.content.decode()
    assert Ban.objects.get().lifted_by == "somebody"


@pytest.mark.django_db(transaction=True)
def test_the_export_action_hands_out_what_of_the_selection_is_in_force(operator, banned):
    lifted, _other = (bans.ban(cidr, reason="x", origin=Origin.COMMAND, by=Actor("owner"), duration=None) for cidr in OTHERS)
    bans.lift(lifted.cidr, by=Actor("owner"))
    chosen = [str(row.pk) for row in (banned, lifted)]
    lines = operator.post(LIST, {"action": "export", "_selected_action": chosen}).getvalue().decode().splitlines()
    assert [line.partition(",")[0] for line in lines] == ["cidr", "203.0.113.9/32"]
    assert AuditEntry.objects.filter(act="bans:list:export", actor="owner").count() == 1


def test_a_ban_cannot_be_edited_or_deleted(operator, banned):
    assert operator.post(f"{LIST}{banned.pk}/change/", {"reason": "x"}).status_code == 403
    assert operator.post(f"{LIST}{banned.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("path", ["/admin/", LIST, f"{LIST}?q=guess", f"{LIST}?state__exact=active", ADD, "/admin/security/"])
def test_the_owner_may_look_at_every_page(operator, banned, path):
    assert operator.get(path).status_code == 200


def test_a_row_can_be_looked_at(operator, banned):
    assert "guesses keys" in operator.get(f"{LIST}{banned.pk}/change/").content.decode()


@pytest.mark.parametrize("path", ["/admin/", LIST, ADD, "/admin/login/"])
def test_a_trader_is_refused(second_user, path):
    client = Client()
    client.force_login(second_user)
    answer = client.get(path, follow=True)
    assert answer.status_code == 403


def test_a_stranger_is_sent_to_our_login(db):
    answer = Client().get("/admin/", follow=True)
    assert answer.redirect_chain[-1] == ("/login/?next=%2Fadmin%2F", 302)
