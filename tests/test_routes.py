"""Every route says who may come, how often and what it leaves in the audit; what is open stands in one list."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, get_resolver

from security import bans, merging, policy, probes
from security.actors import COMMAND_LINE
from security.audit import Act
from security.middleware import declared_limit
from security.models import Action, Origin, Probe
from security.ratelimits import Limit

# What asks for the password again where it was given longer than ten minutes ago.
STEPPED_UP = {
    Act.BAN_ORDERED, Act.BAN_LIFTED, Act.ALLOW_ADDED, Act.ALLOW_REMOVED, Act.BANS_PAUSED, Act.BANS_RESUMED, Act.PROBES_CLEARED,
    Act.BANS_IMPORTED, Act.POLICY_CHANGED, Act.SOCKETS_CLOSED, Act.KEY_ISSUED, Act.KEY_ROTATED, Act.KEY_REVOKED,
}  # fmt: skip

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


UUID = "019ac000-0000-7000-8000-000000000000"

ROUTES = list(routes(get_resolver().url_patterns))


def identify(route) -> str:
    apps, pattern = route
    return ":".join([*(app for app in apps if app != "ninja"), pattern.name or str(pattern.pattern)])


def declared(route) -> Limit | None:
    apps, pattern = route
    return declared_limit(pattern.callback, apps)


@pytest.mark.parametrize("route", ROUTES, ids=identify)
def test_a_route_declares_its_limit(route):
    assert declared(route) is not None, f"{identify(route)}: put @limit(Rule.…, audit=(…)) on its view"


@pytest.mark.parametrize("route", ROUTES, ids=identify)
def test_a_route_declares_what_it_leaves_in_the_audit(route):
    acts = getattr(declared(route), "audit", None)
    assert acts is not None, f"{identify(route)}: add audit=(Act.…,) to its @limit, or audit=() if it changes nothing audited"


@pytest.mark.parametrize("route", ROUTES, ids=identify)
def test_a_route_asks_for_a_session_or_a_key_or_is_listed_as_open(route):
    asks_for_session = getattr(route[1].callback, "login_required", True)
    asks_for_key = getattr(declared(route), "by_key", False)
    assert asks_for_session or asks_for_key or identify(route) in OPEN, (
        f"{identify(route)} opens for everybody: take login_not_required off its view, or list it in OPEN with the reason"
    )


@pytest.mark.parametrize("route", [each for each in ROUTES if "admin" not in each[0]], ids=identify)
def test_a_route_that_moves_the_walls_asks_for_a_fresh_proof(route):
    stepped_up = STEPPED_UP & set(getattr(declared(route), "audit", None) or ())
    assert not stepped_up or getattr(route[1].callback, "sudo", False), f"{identify(route)}: add @sudo.required to its view"


def test_the_list_of_open_routes_names_nothing_that_is_gone():
    assert {identify(route) for route in ROUTES} >= set(OPEN)


def addresses(patterns, before: str = "/") -> Iterator[str]:
    """An address of every route, its parameters filled in."""
    for pattern in patterns:
        spelled = str(pattern.pattern).replace("<uuid:pk>", UUID)
        address = before + re.sub(r"<[^>]+>|\(\?P<\w+>(\w+).*\)", lambda found: found[1] or "1", spelled).strip("^$")
        if isinstance(pattern, URLPattern):
            yield address
        else:
            yield from addresses(pattern.url_patterns, address)


ADDRESSES = [each for each in addresses(get_resolver().url_patterns) if not each.startswith("//")]

# What answers even a throttled subject as often as other strangers, and why.
DOCUMENTATION = "a throttle that somebody's bad keys brought on must not hide the API's description from their neighbours"
OUT_OF_A_THROTTLE = dict.fromkeys(["/api/v1/", "/api/v1/docs", "/api/v1/openapi.json"], DOCUMENTATION)


def unlimited() -> set[str]:
    """Where a stranger, another at each address, is not told to wait at the second request."""
    strangers = {f"198.51.{100 + number // 250}.{number % 250}": address for number, address in enumerate(ADDRESSES)}
    return {
        address
        for who, address in strangers.items()
        if 429 not in [Client(REMOTE_ADDR=who).get("/", PATH_INFO=address).status_code for _ in range(2)]
    }


@pytest.mark.django_db(transaction=True)
def test_a_stranger_is_limited_at_every_address(one_minute):
    policy.change({"rates": dict.fromkeys(["open", "failed", "login"], (1, 60))}, by=COMMAND_LINE)
    assert unlimited() == set()


@pytest.mark.django_db(transaction=True)
def test_a_throttled_stranger_is_slowed_at_every_address(one_minute, settings):
    settings.RATE_LIMITS = "off"
    policy.change({"throttle": (1, 60)}, by=COMMAND_LINE)
    bans.ban(
        "198.51.0.0/16", reason="r", origin=Origin.OPERATOR, by=COMMAND_LINE, duration=None, action=Action.THROTTLE,
    )  # fmt: skip
    assert unlimited() == set(OUT_OF_A_THROTTLE)


@pytest.mark.django_db(transaction=True)
def test_a_stranger_who_asks_for_every_route_is_taken_for_no_scanner(settings):
    settings.RATE_LIMITS = "off"
    stranger = Client(REMOTE_ADDR="203.0.113.9")
    answers = [stranger.get("/", PATH_INFO=address).status_code for address in ADDRESSES]
    merging.merge()
    assert len(answers) > 100
    assert {200, 302, 400, 404, 405, 426} <= {*answers}
    assert not probes.tally.of("203.0.113.9")
    assert not Probe.objects.exists()
