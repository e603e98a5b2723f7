"""The traffic trail in the admin: the staff may look, nobody may touch, and no page sorts or counts all of it."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from security.models import TrafficEntry

LIST = "/admin/security/trafficentry/"
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
def visitor(owner) -> Client:
    usual = {"at": NOON, "subject": "203.0.113.9", "method": "GET", "path": "/", "status": 200}
    TrafficEntry.objects.bulk_create(TrafficEntry(id=number, **usual) for number in range(1, 102))
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    return client


def test_the_newest_entries_are_listed(visitor):
    page = visitor.get(LIST).content.decode()
    assert page.index(f"{LIST}101/") < page.index(f"{LIST}2/")
    assert f"{LIST}1/" not in page


@pytest.mark.parametrize("path", ["add/", "1/delete/"])
def test_nothing_is_added_or_deleted(visitor, path):
    assert visitor.get(LIST + path).status_code == 403


def test_a_change_is_refused(visitor):
    assert visitor.post(f"{LIST}1/change/", {"path": "/x"}).status_code == 403


@pytest.mark.parametrize("query", ["", "?o=1.-3", "?p=2"])
def test_no_page_sorts_or_counts_all_of_it(visitor, query):
    with CaptureQueriesContext(connection) as queries:
        visitor.get(LIST + query)
    asked = [each["sql"] for each in queries if 'FROM "security_trafficentry"' in each["sql"]]
    assert asked
    assert all("LIMIT" in sql for sql in asked)
    assert {sql.split("ORDER BY ")[1].split(" LIMIT")[0] for sql in asked if "ORDER BY" in sql} == {
        '"security_trafficentry"."id" DESC'
    }
