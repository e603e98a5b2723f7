"""What somebody of the staff, logged in by name and password, does to bans and the allow list in the admin."""

import re
from collections.abc import Callable, Mapping
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role, User
from security import allows, bans
from security.actors import COMMAND_LINE
from security.admin import Newest
from security.models import Allow, AuditEntry, Ban, Proof, ProvenBy, Refusal
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
BANS, ALLOWS = "/admin/security/ban/", "/admin/security/allow/"
WIDE = {"address": "203.0.0.0/8", "reason": "war", "duration": "24h"}

Rows = Callable[[], Ban | Allow | None]


@pytest.fixture
def operator(second_user: User) -> Client:
    second_user.role = Role.OPERATOR
    second_user.save()
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.post("/login/", {"username": second_user.username, "password": PASSWORD})
    return client


def banned() -> Ban:
    return bans.ban(ATTACKER, reason="scans", origin="command", by=COMMAND_LINE, duration=timedelta(days=1))


def allowed() -> Allow:
    return allows.add(ATTACKER, by=COMMAND_LINE, note="the office")


def nothing() -> None:
    """What is ordered needs no row before."""


@pytest.mark.parametrize(
    ("path", "before", "fields", "act"),
    [
        (f"{BANS}add/", nothing, {"address": ATTACKER, "reason": "scans", "duration": "1w"}, "bans:ban:order"),
        (BANS, banned, {"action": "lift"}, "bans:ban:lift"),
        (BANS, banned, {"action": "extend"}, "bans:ban:extend"),
        (f"{ALLOWS}add/", nothing, {"address": ATTACKER, "note": "office", "duration": "24h"}, "bans:allow:add"),
        (ALLOWS, allowed, {"action": "remove"}, "bans:allow:remove"),
    ],
)
def test_an_act_of_the_staff_is_done_and_stands_in_the_audit(
    operator: Client, path: str, before: Rows, fields: Mapping[str, str], act: str
):
    row = before()
    operator.post(path, {**fields, **({"_selected_action": str(row.pk)} if row else {})})
    entry = AuditEntry.objects.filter(actor="trader").latest("seq")
    assert (entry.act, entry.about, entry.address) == (act, f"{ATTACKER}/32", "198.51.100.7")


def test_a_very_wide_range_says_whom_it_covers_and_asks_again(operator):
    Proof.objects.create(subject=ATTACKER, by=ProvenBy.KEY, last=banned().created)
    page = operator.post(f"{BANS}add/", WIDE).content.decode()
    assert "covers these subjects" in page
    assert 'type="checkbox" name="force"' in page
    operator.post(f"{BANS}add/", WIDE | {"force": "on"})
    assert bans.in_force().filter(cidr="203.0.0.0/8").exists()


def test_nobody_is_asked_for_force_before_it_is_needed(operator):
    assert "Ban it all the same" not in operator.get(f"{BANS}add/").content.decode()


def test_a_link_fills_in_the_form(operator):
    assert f'value="{ATTACKER}"' in operator.get(f"{BANS}add/?address={ATTACKER}").content.decode()


def test_a_ban_shows_how_much_it_blocked(operator):
    row = banned()
    Refusal.objects.create(subject=ATTACKER, cidr=row.cidr, first=row.starts, last=row.starts, count=4213)
    assert ">4213<" in re.sub(r"\s", "", operator.get(f"{BANS}{row.pk}/change/").content.decode())


@pytest.mark.parametrize("query", ["", "?state__exact=active", "?q=scans"])
def test_no_list_of_bans_counts_or_compares_all_rows(operator, query):
    banned()
    with CaptureQueriesContext(connection) as asked:
        assert operator.get(f"{BANS}{query}").status_code == 200
    rows = [query["sql"] for query in asked.captured_queries if '"security_ban"' in query["sql"]]
    assert not [sql for sql in rows if "DISTINCT" in sql]
    assert [f"LIMIT {Newest.MOST}" in sql for sql in rows if "COUNT(" in sql] == [True]
