"""The audit chain in the admin: everybody on the staff may look, nobody may touch, and no page counts a million rows."""

import pytest
from django.contrib.admin import site
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from security.admin import Newest
from security.models import AuditEntry, AuditSegment
from tests.security.chains import make

LIST = "/admin/security/auditentry/"


@pytest.fixture
def visitor(owner) -> Client:
    client = Client(REMOTE_ADDR="198.51.100.7")
    client.force_login(owner)
    make(3)
    return client


def test_the_newest_entries_are_listed(visitor):
    page = visitor.get(LIST).content.decode()
    assert "bans:ban:order" in page
    assert page.index(f"{LIST}3/") < page.index(f"{LIST}1/")


def test_an_entry_shows_before_and_after(visitor):
    assert "{&quot;a&quot;:1}" in visitor.get(f"{LIST}2/change/").content.decode()


@pytest.mark.parametrize("path", ["add/", "1/delete/"])
def test_nothing_is_added_or_deleted(visitor, path):
    assert visitor.get(LIST + path).status_code == 403


def test_a_change_of_an_entry_is_refused(visitor):
    assert visitor.post(f"{LIST}1/change/", {"about": "x"}).status_code == 403
    assert AuditEntry.objects.get(pk=1).about == "203.0.113.9"


@pytest.mark.parametrize("model", [AuditEntry, AuditSegment])
def test_neither_table_offers_an_action(rf, owner, model):
    request = rf.get("/")
    request.user = owner
    assert site.get_model_admin(model).get_actions(request) == {}


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=203.0.113.9", 3), ("q=nobody", 0), ("act=bans:ban:order", 3), ("act=bans:ban:lift", 0), ("outcome__exact=done", 3)],
)
def test_entries_are_found_by_search_and_filter(visitor, query, count):
    assert visitor.get(f"{LIST}?{query}").context["cl"].result_count == count


def test_no_page_counts_all_rows(visitor):
    with CaptureQueriesContext(connection) as asked:
        visitor.get(LIST)
    counts = [query["sql"] for query in asked.captured_queries if "COUNT(" in query["sql"] and "auditentry" in query["sql"]]
    assert len(counts) == 1
    assert f"LIMIT {Newest.MOST}" in counts[0]


def test_no_page_asks_the_rows_which_acts_there_are(visitor):
    with CaptureQueriesContext(connection) as asked:
        visitor.get(LIST)
    assert not [query for query in asked.captured_queries if "DISTINCT" in query["sql"]]


def test_a_column_that_is_no_filter_answers_no_question(visitor):
    assert visitor.get(f"{LIST}?mac__startswith=a").status_code in (302, 400)


def test_closed_segments_are_listed(visitor):
    assert visitor.get("/admin/security/auditsegment/").status_code == 200
