"""The hall on a running server: what a command in another process does is felt on the next request."""

import httpx
import pytest

from tests.browsing import browser
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
def visitor(server):
    with browser(server.base) as visitor:
        yield visitor


def test_the_printed_link_makes_the_owner(server, visitor):
    link = server.wait_for(r"(/setup/\S+)")[1]
    assert "console" in visitor.get("/").text
    assert visitor.send(link, **FIELDS).headers["location"] == "/"
    assert visitor.get("/").status_code == 200
    assert httpx.get(f"{server.base}/").headers["location"] == "/login/"


def test_end_sessions_logs_out_at_the_next_request(server, visitor):
    server.manage("create_owner", "boss", "boss@example.com")
    visitor.log_in(username="boss")
    assert visitor.get(PAGE).status_code == 200
    assert server.manage("end_sessions", "boss").stdout == "1 session ended.\n"
    assert visitor.get(PAGE).headers["location"].startswith("/login/")


def test_a_session_outlives_a_restart(server, visitor):
    server.manage("create_owner", "boss", "boss@example.com")
    visitor.log_in(username="boss")
    server.stop()
    with live_server(server.env) as again:
        assert httpx.get(f"{again.base}{PAGE}", cookies=dict(visitor.client.cookies)).status_code == 200
