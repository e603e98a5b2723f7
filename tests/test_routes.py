"""Every route says who may come and how often; what is open stands in one list."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from security import probes
from security.middleware import declared_limit

# Open without a session or a key, and why it may be.
OPEN = {
    "healthz": "says that the process lives and nothing else",
    "door": "says that WebSocket is spoken there",
    "robots": "a file for crawlers",
    "favicon": "the icon of every page",
    "login": "asks who one is",
    "setup": "guarded by the token in its address",
    "admin:login": "sends to the login",
    "openapi-json": "the API's description",
    "openapi-view": "the API's description",
    "api-root": "the address under which the calls stand",
}


def routes(patterns, apps: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], URLPattern]]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield apps, pattern
        else:
            inner = (*apps, pattern.app_name) if pattern.app_name else apps
            yield from routes(pattern.url_patterns, inner)


ROUTES = list(routes(get_resolver().url_patterns))


def identify(route) -> str:
    apps, pattern = route
    return ":".join([*(app for app in apps if app != "ninja"), pattern.name or str(pattern.pattern)])


@pytest.mark.parametrize("route", ROUTES, ids=identify)
def test_a_route_declares_its_limit(route):
    apps, pattern = route
    assert declared_limit(pattern.callback, apps) is not None


@pytest.mark.parametrize("route", ROUTES, ids=identify)
def test_a_route_asks_for_a_session_or_a_key_or_is_listed_as_open(route):
    apps, pattern = route
    declared = declared_limit(pattern.callback, apps)
    asks_for_session = getattr(pattern.callback, "login_required", True)
    assert asks_for_session or (declared is not None and declared.by_key) or identify(route) in OPEN


def test_the_list_of_open_routes_names_nothing_that_is_gone():
    assert {identify(route) for route in ROUTES} >= set(OPEN)


def addresses(patterns, before: str = "/") -> Iterator[str]:
    """An address of every route, its parameters filled in."""
    for pattern in patterns:
        address = before + re.sub(r"<[^>]+>|\(\?P.+\)", "1", str(pattern.pattern)).strip("^$")
        if isinstance(pattern, URLPattern):
            yield address
        else:
            yield from addresses(pattern.url_patterns, address)


def test_a_stranger_who_asks_for_every_route_is_taken_for_no_scanner(db, settings, monkeypatch):
    settings.RATE_LIMITS = "off"
    unrouted: list[str] = []
    monkeypatch.setattr(probes, "unrouted", lambda caller, path: unrouted.append(path))
    asked = [each for each in addresses(get_resolver().url_patterns) if not each.startswith("//")]
    answers = [Client().get("/", PATH_INFO=address).status_code for address in asked]
    assert len(answers) > 100
    assert {200, 302, 400, 404, 405, 426} <= {*answers}
    assert unrouted == []
