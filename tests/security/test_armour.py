"""Headers on every answer, and no other site's request to forms and staff pages."""

import re
from contextlib import closing
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.core.checks import run_checks
from django.test import Client

pytestmark = pytest.mark.django_db
small = pytest.mark.urls("tests.security.streets")
LISTED, UNLISTED = "https://desk.example", "https://evil.example"
EVERYWHERE = ["/login/", "/robots.txt", "/healthz", "/nothing-here", "/api/v1/docs", "/api/v1/openapi.json", "/api/v1/nothing"]


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def user(owner) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


@pytest.mark.parametrize("address", EVERYWHERE)
def test_every_answer_to_a_stranger_is_armoured(stranger, address):
    assert_armoured(stranger.get(address))


@pytest.mark.parametrize("address", ["/", "/security/", "/admin/", "/keys/", "/admin/security/ban/", "/nothing-here"])
def test_every_answer_to_a_user_is_armoured(user, address):
    assert_armoured(user.get(address))


@small
@pytest.mark.parametrize("address", ["/broken", "/absent", "/page", "/api/broken"])
def test_failures_and_refusals_are_armoured(stranger, address):
    assert_armoured(stranger.get(address))


def assert_armoured(answer: Any) -> None:
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Cross-Origin-Resource-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"
    assert "camera=()" in answer["Permissions-Policy"]


@pytest.mark.parametrize("address", ["/login/", "/api/v1/docs", "/nothing-here"])
def test_no_page_carries_what_its_policy_forbids(stranger, address):
    answer = stranger.get(address)
    assert_obeys(answer.content.decode(), answer["Content-Security-Policy"])


@pytest.mark.parametrize("address", ["/", "/security/", "/keys/", "/admin/", "/admin/security/ban/", "/account/password/"])
def test_no_page_of_a_user_carries_what_its_policy_forbids(user, address):
    answer = user.get(address)
    assert answer.status_code == 200
    assert_obeys(answer.content.decode(), answer["Content-Security-Policy"])


def assert_obeys(page: str, policy: str) -> None:
    """Scripts and styles are files of ours or carry the nonce; no handler and no style stands in an attribute."""
    nonce = re.search(r"'nonce-([^']+)'", policy)
    for tag in re.findall(r"<(?:script|style)\b[^>]*>", page):
        ours = re.search(r'src="/(?!/)', tag) or 'type="application/json"' in tag
        assert ours or (nonce and f'nonce="{nonce[1]}"' in tag), tag
    assert not re.search(r"<[^>]+\s(?:on[a-z]+|style)\s*=", page)
    assert not re.search(r'<(?:link|script|img)\b[^>]*(?:href|src)="(?:https?:)?//', page)


def test_a_nonce_is_never_used_twice(stranger):
    policies = {stranger.get("/login/")["Content-Security-Policy"] for _ in range(5)}
    nonces = {nonce for policy in policies for nonce in re.findall(r"'nonce-[^']+'", policy)}
    assert len(nonces) in (0, 5)


@pytest.mark.parametrize("address", ["/", "/security/", "/keys/", "/admin/", "/account/password/"])
def test_pages_of_a_session_are_not_stored(user, address):
    assert "no-store" in user.get(address)["Cache-Control"]


def test_static_files_may_be_stored(stranger):
    assert finders.find("openalgo/base.css")
    with closing(stranger.get("/static/openalgo/base.css")) as answer:
        assert "max-age" in answer["Cache-Control"]


@small
@pytest.mark.parametrize("site", ["same-origin", "same-site", "none", ""])
def test_only_the_value_cross_site_is_refused(stranger, user, site):
    assert stranger.post("/login/", headers={"Sec-Fetch-Site": site}).status_code == 200
    assert user.get("/security/", headers={"Sec-Fetch-Site": site}).status_code == 200


@small
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_another_sites_form_is_refused(stranger, method):
    assert getattr(stranger, method)("/login/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@pytest.mark.parametrize("address", ["/security/", "/admin/", "/admin/security/ban/"])
def test_another_sites_link_opens_no_staff_page(user, address):
    assert user.get(address, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


@small
def test_another_sites_link_opens_an_ordinary_page(user):
    assert user.get("/page", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@small
def test_the_api_asks_for_a_key_instead(stranger):
    assert stranger.post("/api/call", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.fixture
def listed(settings):
    settings.CORS_ALLOWED_ORIGINS = [LISTED]


def preflight(client: Client, origin: str):
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type, x-api-key"}
    return client.options("/api/v1/funds", headers={"Origin": origin, **asked})


def test_a_listed_origin_may_call_with_a_key(listed, stranger):
    answer = preflight(stranger, LISTED)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, LISTED)
    assert "x-api-key" in answer["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in answer


def test_a_listed_origin_may_read_the_answer(listed, stranger, api_key):
    headers = {"Origin": LISTED, "X-API-KEY": api_key, "Sec-Fetch-Site": "cross-site"}
    answer = stranger.post("/api/v1/ping", "{}", content_type="application/json", headers=headers)
    assert (answer.status_code, answer["Access-Control-Allow-Origin"]) == (200, LISTED)


@pytest.mark.parametrize("origin", [UNLISTED, "null", f"{LISTED}.evil.example", "http://desk.example"])
def test_an_unlisted_origin_may_not(listed, stranger, origin):
    assert "Access-Control-Allow-Origin" not in preflight(stranger, origin)
    assert "Access-Control-Allow-Origin" not in stranger.get("/api/v1/funds", headers={"Origin": origin})


def test_without_a_list_every_origin_is_refused(stranger):
    assert "Access-Control-Allow-Origin" not in preflight(stranger, LISTED)


def test_pages_are_open_to_no_origin(listed, stranger):
    assert "Access-Control-Allow-Origin" not in stranger.get("/login/", headers={"Origin": LISTED})


@pytest.mark.parametrize("origin", ["desk.example", "https://desk.example/path", "*", "https://"])
def test_a_malformed_origin_is_refused_at_start(settings, origin):
    settings.CORS_ALLOWED_ORIGINS = [origin]
    assert [error for error in run_checks() if "corsheaders" in str(error.id)]


@pytest.mark.parametrize(("origin", "status"), [(LISTED, 200), (UNLISTED, 403)])
def test_only_a_listed_page_of_another_site_fetches_from_the_api(stranger, settings, origin, status):
    settings.CORS_ALLOWED_ORIGINS = [LISTED]
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "empty", "Origin": origin}
    assert stranger.get("/api/v1/openapi.json", headers=headers).status_code == status


def test_a_link_from_another_site_is_followed(stranger):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document", "Sec-Fetch-Mode": "navigate"}
    assert stranger.get("/login/", headers=headers).status_code == 200
