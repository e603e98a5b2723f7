"""The hall on a running server: what a command in another process does is felt on the next request."""

import re

import httpx
import pytest

from tests.conftest import PASSWORD
from tests.live import live_server

pytestmark = pytest.mark.slow

FIELDS = {"username": "boss", "email": "boss@example.com", "password": PASSWORD, "password_repeat": PASSWORD}
PAGE = "/account/password/"


@pytest.fixture
def server():
    with live_server({"OWNER_PASSWORD": PASSWORD}) as live:
        yield live


@pytest.fixture
def browser(server):
    with httpx.Client(base_url=server.base) as client:
        yield client


def send(browser: httpx.Client, path: str, fields: dict[str, str]) -> httpx.Response:
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(path).text)
    assert token
    return browser.post(path, data={**fields, "csrfmiddlewaretoken": token[1]})


def test_the_printed_link_makes_the_owner(server, browser):
    link = server.wait_for(r"(/setup/\S+)")[1]
    assert "console" in browser.get("/").text
    assert send(browser, link, FIELDS).headers["location"] == "/"
    assert browser.get("/").status_code == 200
    assert httpx.get(f"{server.base}/").headers["location"] == "/login/"


def test_end_sessions_logs_out_at_the_next_request(server, browser):
    server.manage("create_owner", "boss", "boss@example.com")
    send(browser, "/login/", {"username": "boss", "password": PASSWORD})
    assert browser.get(PAGE).status_code == 200
    assert server.manage("end_sessions", "boss").stdout == "1 session ended.\n"
    assert browser.get(PAGE).headers["location"].startswith("/login/")


def test_a_session_outlives_a_restart(server, browser):
    server.manage("create_owner", "boss", "boss@example.com")
    send(browser, "/login/", {"username": "boss", "password": PASSWORD})
    server.stop()
    with live_server(server.env) as again:
        assert httpx.get(f"{again.base}{PAGE}", cookies=dict(browser.cookies)).status_code == 200
