"""Who is charged for a page: the user of a live session, else the subject; strangers never spend a user's budget."""

import pytest
import time_machine
from django.test import Client

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.security.streets")]


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel("2026-11-23 12:00:00Z", tick=False):
        yield


@pytest.fixture
def stranger() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def user(owner) -> Client:
    client = Client()
    client.force_login(owner)
    return client


def passed(client: Client, address: str, *, times: int = 70, method: str = "get") -> int:
    answers = [getattr(client, method)(address) for _ in range(times)]
    return sum(answer.status_code != 429 for answer in answers)


@pytest.mark.parametrize(
    ("address", "method", "many"),
    [
        ("/page", "get", 30), ("/undeclared", "get", 30), ("/open", "get", 60), ("/login/", "get", 60), ("/login/", "post", 10),
        ("/free", "get", 70), ("/api/call", "post", 70), ("/absent", "get", 60),
    ],
)  # fmt: skip
def test_a_stranger_may_do_so_much_a_minute(stranger, address, method, many):
    assert passed(stranger, address, method=method) == many


@pytest.mark.parametrize(
    ("address", "method", "many"),
    [("/page", "get", 60), ("/undeclared", "get", 60), ("/open", "get", 60), ("/keys", "get", 60), ("/keys", "post", 10)],
)
def test_a_user_may_do_so_much_a_minute(user, address, method, many):
    assert passed(user, address, method=method) == many


def test_a_user_has_a_budget_for_each_page(user):
    assert (passed(user, "/page"), passed(user, "/other")) == (60, 60)


def test_strangers_behind_the_same_address_spend_nothing_of_a_users(stranger, user):
    passed(stranger, "/page")
    passed(stranger, "/open")
    assert passed(user, "/page") == 60


def test_looking_at_the_login_does_not_use_up_the_attempts(stranger):
    passed(stranger, "/login/")
    assert passed(stranger, "/login/", method="post") == 10


def test_a_form_without_its_csrf_token_is_charged_all_the_same():
    client = Client(enforce_csrf_checks=True)
    assert passed(client, "/login/", method="post") == 10


def test_a_user_who_asks_for_unknown_addresses_is_charged_and_nobody_beside_them(stranger, user):
    assert passed(user, "/absent") == 60
    assert passed(stranger, "/absent", times=1) == 1


def test_unknown_addresses_are_limited_like_open_pages(stranger):
    assert passed(stranger, "/robots.txt") == 60


@pytest.mark.parametrize(("method", "address"), [("get", "/nothing"), ("trace", "/open")])
def test_whoever_looks_for_doors_leaves_their_neighbours_the_login(stranger, method, address):
    assert passed(stranger, address, method=method) == 60
    assert passed(stranger, "/login/") == 60


@pytest.mark.parametrize(("listed", "many"), [([], 60), (["https://page.example"], 70)])
def test_pages_that_may_not_call_ask_so_often_and_others_as_they_like(stranger, settings, listed, many):
    settings.CORS_ALLOWED_ORIGINS = listed
    asking = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST"}
    answers = [stranger.options("/api/call", headers=asking).status_code for _ in range(70)]
    assert sum(status != 429 for status in answers) == many


def test_a_browser_is_told_on_a_page_when_to_come_back(stranger):
    passed(stranger, "/open")
    answer = stranger.get("/open")
    assert 1 <= int(answer["Retry-After"]) <= 60
    assert f"Try again in {answer['Retry-After']} s" in answer.content.decode()


def test_a_program_is_told_in_json(stranger):
    passed(stranger, "/api/nothing")
    answer = stranger.get("/api/nothing")
    assert answer.status_code == 429
    assert answer["RateLimit-Limit"] == "60"
    assert set(answer.json()) == {"status", "message", "incident"}


def test_with_rate_limits_off_nothing_is_refused(settings, stranger):
    settings.RATE_LIMITS = "off"
    assert passed(stranger, "/login/", method="post") == 70
