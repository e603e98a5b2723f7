"""An error page asks for nothing but its own words."""

import pytest
from django.template.loader import render_to_string
from django.test import Client

from security.incidents import too_many
from security.ratelimits import Refused

REFUSED = Refused(limit=1, period=1, retry_after=7, reset=7)


def test_an_unknown_address_is_answered_by_a_page_with_an_incident(db):
    answer = Client().get("/no-such-page")
    assert answer.status_code == 404
    assert "incident" in answer.content.decode()


@pytest.mark.parametrize("status", [400, 403, 404, 429, 500])
def test_the_error_page_renders_without_request_session_or_database(status):
    page = render_to_string("error.html", {"status": status, "sentence": "One sentence.", "incident": "abc"})
    assert "One sentence." in page


def test_who_came_too_often_is_led_back_to_the_same_page(rf):
    page = too_many(rf.get("/keys/?a=1&b=%22"), REFUSED).content.decode()
    assert '<a href="/keys/?a=1&amp;b=%22">' in page
    assert "incident" not in page


def test_no_address_leads_to_another_site(rf):
    assert 'href="/%2Fevil.example"' in too_many(rf.get("/", PATH_INFO="//evil.example"), REFUSED).content.decode()


def test_search_engines_are_asked_to_stay_out(db):
    assert Client().get("/robots.txt").content.startswith(b"User-agent: *\nDisallow: /\n")


def test_a_browser_that_asks_for_an_icon_gets_ours(client):
    assert client.get("/favicon.ico").headers["Location"] == "/static/openalgo/favicon.svg"
