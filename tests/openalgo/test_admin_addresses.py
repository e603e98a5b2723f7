"""Whatever an operator's address asks of the admin, nothing fails: it is answered, led back, or refused with a sentence."""

from typing import Any
from urllib.parse import quote

import pytest
from django.contrib import admin
from django.core.cache import caches
from django.test import Client
from django.urls import reverse

from security import bans, ratelimits
from security.actors import COMMAND_LINE
from security.lookups import OfferedLookups
from security.models import Origin

HUGE = "9" * 20
SEARCHED = ("(", "a\0b", "%_\\", HUGE, "x" * 1000, "x" * 60_000, "a " * 500, "\ud7ff\u0663", "9" * 24)
SHAPES = ("x", "a\0b", "-1", HUGE, "9" * 5000)
PLAIN = ("e", "p", "all", "_popup", "_to_field", "_facets", "_changelist_filters", "nope", "pk")
ORDERS = ("x", HUGE, "9" * 5000, "1.1.1", "-1.-2", "--1", ".", "1." * 400, "-100", "\u00b2")
LISTED = (
    [("q", each) for each in SEARCHED] + [("o", each) for each in ORDERS] + [(name, each) for name in PLAIN for each in SHAPES]
)
FILTERS = [
    ("", "a\0b"), ("", "x"), ("", HUGE), ("__exact", "x" * 1000), ("__exact", "2026-13-45"), ("__regex", "("), ("__range", "1"),
    ("__range", "1,2"), ("__in", "1,"), ("__gt", "0001-01-01"), ("__gte", "0001-01-01"), ("__gte", "9999-12-31 23:59:59-12:00"),
    ("__gte", "2026-02-30 00:00:00+05:30"), ("__lt", "2026-01-01 25:00:00+99:99"), ("__isnull", "x"), ("__isempty", "7"),
    ("__year", HUGE), ("__year", "99999999"), ("__year", "0"), ("__year", "\u0663\u0663\u0663\u0663"), ("__year", "2999"),
    ("__month", "99"), ("__day", HUGE), ("__iso_year", "0"), ("__date__year", HUGE), ("__year__gt", "10000"), ("__nope", "x"),
]  # fmt: skip
OBJECTS = ("0", "x", HUGE, f"-{HUGE}", "_00", "%", "9223372036854775808", "(", "\u0663")

each_model = pytest.mark.parametrize("model_admin", admin.site._registry.values(), ids=str)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ask(owner):
    """The status of an answer; what fails raises here. An operator asks calmly."""
    client = Client()
    client.force_login(owner)
    bans.ban("203.0.113.9", reason="scans", origin=Origin.COMMAND, by=COMMAND_LINE, duration=bans.DAY)

    def status(address: str, /, **query: str) -> int:
        ratelimits.forget()
        for cache in caches.all():
            cache.clear()
        return client.get(address, query).status_code

    return status


def page(model_admin: Any, name: str, *args: str) -> str:
    return reverse(f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_{name}", args=args)


def offered(model_admin: Any) -> set[str]:
    """Fields that the list filters by, and one that it does not."""
    filters = (each[0] if isinstance(each, tuple) else each for each in model_admin.list_filter)
    return {each for each in (*filters, model_admin.date_hierarchy, "pk") if isinstance(each, str)}


@each_model
def test_no_value_of_a_list_fails(ask, model_admin):
    assert {ask(page(model_admin, "changelist"), **{name: value}) for name, value in LISTED} <= {200, 302, 400}


@each_model
def test_no_filter_of_a_list_fails(ask, model_admin):
    asked = [(name + lookup, value) for name in offered(model_admin) for lookup, value in FILTERS]
    assert {ask(page(model_admin, "changelist"), **{name: value}) for name, value in asked} <= {200, 302, 400}


@each_model
@pytest.mark.parametrize("name", ["change", "history", "delete"])
def test_no_object_that_is_none_fails(ask, model_admin, name):
    assert {ask(page(model_admin, name, each)) for each in OBJECTS} <= {302, 403}


@each_model
def test_a_new_row_is_asked_for_by_any_address(ask, model_admin):
    names = ("address", "duration", "_popup", "_to_field", "_changelist_filters")
    assert {ask(page(model_admin, "add"), **{name: value}) for name in names for value in SHAPES} <= {200, 400, 403}


@pytest.mark.parametrize("each", OBJECTS)
def test_the_admin_s_other_pages_do_not_fail(ask, each):
    asked = ("autocomplete", {"app_label": each, "model_name": "ban", "field_name": each, "term": "x"}), ("jsi18n", {"x": each})
    found = {ask(reverse(f"admin:{name}"), **query) for name, query in asked}
    found |= {ask(f"/admin/r/{kind}/{quote(each)}/") for kind in (1, HUGE)}
    assert found <= {200, 302, 400, 403, 404}


@each_model
@pytest.mark.parametrize("chosen", ["x", HUGE, "a\0b", "-1"])
def test_a_selection_of_what_is_no_row_does_not_fail(owner, model_admin, chosen):
    client = Client()
    client.force_login(owner)
    for action in model_admin.actions or ():
        form = {"action": action, "_selected_action": chosen}
        assert client.post(page(model_admin, "changelist"), form).status_code in {200, 302, 400}


@each_model
def test_each_list_answers_only_what_its_links_ask(model_admin):
    assert isinstance(model_admin, OfferedLookups)


@pytest.mark.parametrize("lookup", ["regex", "iregex", "contains", "range", "iso_year", "date__year"])
def test_a_pattern_or_another_lookup_is_refused(ask, lookup):
    assert ask("/admin/security/ban/", **{f"state__{lookup}": "a"}) == 400


@pytest.mark.parametrize(
    ("address", "query"),
    [
        ("/admin/security/ban/", {"state__exact": "active"}),
        ("/admin/security/ban/", {"created__gte": "2026-11-28 00:00:00+05:30", "created__lt": "2026-11-29 00:00:00+05:30"}),
        ("/admin/security/allow/", {"removed__isempty": "1"}),
        ("/admin/security/allow/", {"created__year": "2026", "created__month": "2", "created__day": "28"}),
        ("/admin/accounts/user/", {"is_active__exact": "1"}),
        ("/admin/security/auditentry/", {"act": "bans:ban:order"}),
    ],
)
def test_what_its_links_ask_is_answered(ask, address, query):
    assert ask(address, **query) == 200


def test_what_cannot_be_read_is_refused_with_a_sentence(owner):
    client = Client()
    client.force_login(owner)
    answers = [client.get("/admin/security/ban/", query) for query in ({"q": "x" * 1_001}, {"q": "\0"}, {"e": ["1"] * 101})]
    assert [answer.status_code for answer in answers] == [400, 400, 400]
    assert all("The address asks for too much" in answer.content.decode() for answer in answers)
