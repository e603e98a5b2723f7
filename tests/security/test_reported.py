"""A caller comes with the incident they were told, and the operator finds whose it was."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from security import bans, refusals, reported, retention, traffic
from security.actors import COMMAND_LINE
from security.addresses import network
from security.asgi import Gatehouse
from security.models import Origin, TrafficEntry
from security.reported import Unclear
from security.traffic import Filters
from tests.security.trails import exchange

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/security/address/"


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


def incident(gate: Gatehouse, path: str) -> str:
    """What the attacker is told there."""
    found = re.findall(r"\b[0-9a-f]{12}\b", exchange(gate, path)[1].decode())
    return str(found[0])


@pytest.mark.parametrize("path", ["/nowhere", "/api/v1/nowhere"])
def test_what_was_answered_is_found_by_it(gate, kept, path):
    told = incident(gate, path)
    kept.rows()
    found = reported.find(told.upper())
    assert found.subject == "203.0.113.9"
    assert f"GET {path} of 203.0.113.9 was answered 404 at " in found.sentence


def test_what_broke_is_found_by_it(gate, kept, monkeypatch):
    monkeypatch.setattr("openalgo.health.HttpResponse", None)
    told = incident(gate, "/healthz")
    kept.rows()
    assert "was answered 500 at " in reported.find(told).sentence


def test_who_was_refused_by_a_ban_is_found_by_it(gate):
    bans.ban("203.0.113.0/24", reason="scans", duration=None, origin=Origin.OPERATOR, by=COMMAND_LINE)
    told = incident(gate, "/")
    refusals.flush()
    found = reported.find(told)
    assert (found.subject, "refused by the ban of 203.0.113.0/24" in found.sentence) == ("203.0.113.9", True)


@pytest.mark.parametrize("prefix", ["203.0.113", "2001:db8:0"])
def test_where_too_many_share_one_nobody_is_named(monkeypatch, prefix):
    monkeypatch.setattr(refusals, "LINES", 1)
    subjects = [f"{prefix}.{host}" if "." in prefix else f"{prefix}:{host}::/64" for host in range(1, 4)]
    bodies = [refusals.banned(each, network=network(each), path="/").body for each in subjects]
    refusals.flush()
    alone, shared, again = (re.findall(rb"[0-9a-f]{12}", body)[0].decode() for body in bodies)
    assert (reported.find(alone).subject, shared) == (subjects[0], again)
    with pytest.raises(Unclear, match="too many to name"):
        reported.find(shared)


def test_where_a_row_stands_for_a_range_nobody_is_named(monkeypatch):
    monkeypatch.setattr(refusals, "SUBJECTS", 1)
    bodies = [refusals.banned(f"203.0.113.{host}", network=network("203.0.113.0/24"), path="/").body for host in (1, 2)]
    refusals.flush()
    with pytest.raises(Unclear, match="too many to name"):
        reported.find(re.findall(rb"[0-9a-f]{12}", bodies[1])[0].decode())


def test_an_old_one_names_the_range_around_them_only(gate, kept):
    told = incident(gate, "/nowhere")
    kept.rows()
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        retention.anonymise()
    with pytest.raises(Unclear, match=r"203\.0\.113\.0/24 was answered 404"):
        reported.find(told)


def test_a_row_of_no_address_is_told_and_names_nobody(operator):
    facts = {"at": timezone.now(), "method": "GET", "path": "/x", "status": 404}
    TrafficEntry.objects.create(id=1, subject="unix", incident="0123456789ab", **facts)
    page = operator.get(f"{PAGE}?q=0123456789ab")
    assert (page.status_code, b"GET /x of unix was answered 404" in page.content) == (400, True)


def test_a_number_that_nobody_was_told_is_said_so(operator):
    page = operator.get(f"{PAGE}?q=0123456789ab")
    assert (page.status_code, b"Nothing is recorded under this incident" in page.content) == (400, True)


def test_the_page_of_an_address_opens_by_it(operator, gate, kept):
    told = incident(gate, "/nowhere")
    kept.rows()
    page = operator.get(f"{PAGE}?q={told}").content.decode()
    assert f"Incident {told}: GET /nowhere of 203.0.113.9 was answered 404 at " in page
    assert '<span class="mono break">203.0.113.9</span>' in page


def test_the_command_explains_by_it(gate, kept, capsys):
    told = incident(gate, "/nowhere")
    kept.rows()
    sentence = reported.find(told).sentence
    call_command("explain_ip", told)
    assert capsys.readouterr().out.splitlines()[:2] == [sentence, "203.0.113.9 counts as 203.0.113.9."]
    call_command("explain_ip", told, "--json")
    assert json.loads(capsys.readouterr().out)["incident"] == sentence
    with pytest.raises(CommandError, match="Nothing is recorded"):
        call_command("explain_ip", "0123456789ab")


def test_a_row_that_an_older_version_left_behind_is_taken_in(kept):
    kept.spool.write(b'[1764300000.0,"http","203.0.113.9","GET","","/x",404,0.1,null,3,"","","",null]\n')
    kept.rows()
    assert TrafficEntry.objects.get().incident == ""


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "look_up",
    [
        lambda: reported._answered("0123456789ab"),
        lambda: traffic.page(Filters(incident="0123456789ab")),
        lambda: traffic.page(Filters(incident="0123456789ab", subject="203.0.113.9", status="404")),
    ],
)
def test_a_number_is_looked_up_by_its_index_as_the_values_are_bound(look_up: Callable[[], object]):
    plans: list[str] = []

    def explain(execute: Any, sql: str, params: Any, many: Any, context: Any) -> Any:
        execute(f"EXPLAIN QUERY PLAN {sql}", params, many, context)
        plans.extend(row[3] for row in context["cursor"].fetchall() if "trafficentry" in row[3])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        look_up()
    assert plans
    assert all("INDEX traffic_by_incident (incident=?)" in plan for plan in plans)
