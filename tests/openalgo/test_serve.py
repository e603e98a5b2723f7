"""`manage.py serve` as an operator meets it."""

import re

import httpx
import pytest

from tests.live import environment, free_port, live_server, manage

HTTPS = {"PUBLIC_BASE_URL": "https://gateway.example.com"}
PROXY = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
PASSWORD = "correct horse battery staple"
SETUP_LINK = r"http\S+/setup/\S+"


@pytest.fixture(scope="module")
def server():
    with live_server() as live:
        yield live


@pytest.fixture(scope="module")
def clean():
    with environment({}) as env:
        yield env


def test_it_prints_where_it_listens(server):
    assert server.base.startswith("http://127.0.0.1:")
    assert server.ws.startswith("ws://127.0.0.1:")


def test_it_prints_the_link_of_a_server_without_owner(server):
    port = server.base.rpartition(":")[2]
    link = server.wait_for(rf"http://localhost:{port}/setup/\S+")[0]
    assert httpx.get(link).status_code == 200


@pytest.mark.slow
def test_each_start_prints_another_link_until_there_is_an_owner():
    with environment({"OWNER_PASSWORD": PASSWORD}) as env:
        with live_server(env, second_port=False) as first, live_server(env, second_port=False) as second:
            links = {first.wait_for(SETUP_LINK)[0], second.wait_for(SETUP_LINK)[0]}
        manage("create_owner", "owner", "owner@example.com", env=env)
        with live_server(env, second_port=False) as third:
            third.stop()
    assert len({link.rpartition("/")[2] for link in links}) == 2
    assert not re.search(SETUP_LINK, "".join(third.output))


def test_it_is_healthy_without_a_word_a_session_or_a_limit(server):
    answers = [httpx.get(f"{server.base}/healthz") for _ in range(70)]
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, "ok\n")}
    assert "cookie" not in answers[0].headers.get("vary", "").lower()


def test_the_second_port_asks_plain_http_to_upgrade(server):
    answer = httpx.get(server.ws.replace("ws:", "http:"))
    assert (answer.status_code, answer.headers["upgrade"]) == (426, "websocket")


def test_a_name_it_does_not_go_by_is_refused_with_the_setting_to_change(server):
    answer = httpx.get(f"{server.base}/", headers={"Host": "gateway.example"})
    assert (answer.status_code, "ALLOWED_HOSTS" in answer.text) == (400, True)


DOORS = {("base", "/ws"): 101, ("base", "/live/"): 403, ("base", "/"): 404, ("ws", "/"): 101, ("ws", "/ws"): 404}


@pytest.mark.parametrize(("port", "path"), DOORS)
def test_a_websocket_is_let_in_at_its_doors_alone(server, line, port, path):
    handshake = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    key = "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    base = getattr(server, port).replace("ws:", "http:")
    assert line(base, (handshake + key).encode()).status() == DOORS[port, path]


def test_it_names_neither_itself_nor_its_version(server):
    assert "server" not in httpx.get(f"{server.base}/healthz").headers


def test_it_migrates_an_sqlite_database_itself_and_stops_with_code_0():
    with live_server({"DATABASE_URL": ""}, fresh=True) as live:
        assert httpx.get(f"{live.base}/healthz").status_code == 200
        assert live.stop() == 0


def test_an_owner_is_created_before_anything_was_ever_started():
    with environment({"DATABASE_URL": "", "OWNER_PASSWORD": PASSWORD}, fresh=True) as env:
        assert manage("create_owner", "owner", "owner@example.com", env=env).stdout == "owner owns this server.\n"
        assert manage("issue_api_key", "owner", "--name", "t", env=env).stdout.startswith("oa_live_")


def test_ws_port_0_opens_no_second_port_and_no_request_is_logged():
    with live_server(second_port=False) as live:
        httpx.get(f"{live.base}/healthz")
        live.stop()
    assert not re.search(r"ws://|healthz", "".join(live.output))


def test_it_speaks_loudly_when_bans_and_limits_are_off():
    with live_server({"BANS": "off", "RATE_LIMITS": "off"}) as live:
        assert live.wait_for(r"\*\*\* BANS=off")
        assert live.wait_for(r"\*\*\* RATE_LIMITS=off")


def test_it_refuses_unsafe_settings_with_a_sentence(clean):
    refused = manage("serve", "--port", "0", "--ws-port", "0", env={**clean, **HTTPS}, check=False)
    assert (refused.returncode, "Traceback" in refused.stderr) == (1, False)
    assert "redirect to itself" in refused.stderr


def test_it_refuses_a_port_that_is_taken(server, clean):
    port = server.base.rpartition(":")[2]
    refused = manage("serve", "--port", port, "--ws-port", str(free_port()), env=clean, check=False)
    assert (refused.returncode, f"Port {port} is taken" in refused.stderr) == (1, True)


@pytest.mark.only_on("postgresql")
def test_it_leaves_another_database_to_its_operator():
    with environment({}, fresh=True) as env:
        refused = manage("serve", "--port", "0", "--ws-port", "0", env=env, check=False)
    assert "run manage.py migrate" in refused.stderr


@pytest.fixture(scope="module")
def gateway():
    with live_server({**HTTPS, **PROXY, "OWNER_PASSWORD": PASSWORD}) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield f"{live.base}/login/"


TOLD = {"Host": "gateway.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.9"}


def test_https_behind_a_trusted_proxy_is_served(gateway):
    assert httpx.get(gateway, headers=TOLD).headers["strict-transport-security"] == "max-age=31536000"
    assert httpx.get(gateway, headers=TOLD | {"X-Forwarded-Proto": "http"}).status_code == 301


def test_over_https_every_cookie_is_secure_and_bound_to_the_host(gateway):
    page = httpx.get(gateway, headers=TOLD)
    cookie = page.headers["set-cookie"]
    token = page.text.partition('csrfmiddlewaretoken" value="')[2].partition('"')[0]
    fields = {"username": "owner", "password": PASSWORD, "csrfmiddlewaretoken": token}
    sent = TOLD | {"Referer": "https://gateway.example.com/login/", "Cookie": cookie.partition(";")[0]}
    cookies = [cookie, *httpx.post(gateway, data=fields, headers=sent).headers.get_list("set-cookie")]
    assert {each.partition("=")[0] for each in cookies} == {"__Host-csrftoken", "__Host-sessionid"}
    assert all({"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(each.split("; ")) for each in cookies)


def test_a_view_sees_the_caller_a_trusted_proxy_names():
    with live_server({**PROXY, "DJANGO_SETTINGS_MODULE": "tests.openalgo.probe_settings"}) as live:
        answer = httpx.get(f"{live.base}/probe/echo", headers={"X-Forwarded-For": "203.0.113.9"})
        assert answer.json()["address"] == "203.0.113.9"
