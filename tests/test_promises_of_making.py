"""What the product promises of its making: one test a promise, as in test_promises."""

import logging
import re
import stat
from pathlib import Path

import pytest
from django.conf import settings as product
from django.test import Client
from django.urls import get_resolver

from openalgo import firststart
from tests.conftest import PASSWORD
from tests.live import environment, manage
from tests.test_routes import addresses

ROOT = Path(__file__).resolve().parent.parent
BEHIND_TLS = """
from django.test import Client
from accounts.models import User
User.objects.create(username="owner", role="owner")
for secure in (True, False):
    answer = Client().get("/login/", secure=secure, headers={"host": "gateway.example.com"})
    print(answer.status_code, dict(answer.headers), answer.cookies.output())
"""

pytestmark = pytest.mark.django_db(transaction=True)


def test_every_form_refuses_what_carries_no_csrf_token(owner, settings):
    settings.RATE_LIMITS = "off"
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)
    asked = [each for each in addresses(get_resolver().url_patterns) if not each.startswith(("//", "/api/"))]
    formless = {"/healthz", "/ws", "/ws/", "/live/", "/v1/decisions", "/v1/decisions/stream"}  # for programs, without cookies
    formless |= {"/robots.txt", "/favicon.ico"}  # change nothing
    answers = {each: client.post("/", PATH_INFO=each).status_code for each in asked if each not in formless}
    assert {each: status for each, status in answers.items() if status != 403} == {}


def test_no_other_origin_reads_an_answer(program):
    answer = program.post("ping", {"apikey": program.token}, origin="https://evil.example")
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_no_page_runs_what_it_did_not_bring(client):
    said = client.get("/login/")["Content-Security-Policy"]
    assert "default-src 'none'" in said
    assert not re.search(r"unsafe|\*|https?:", said)


def test_no_credential_is_in_the_log(program, client, owner, caplog):
    caplog.set_level(logging.DEBUG)
    program("ping")
    client.post("/login/", {"username": "owner", "password": "a wrong horse, wholly"})
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    secret = client.cookies["sessionid"].value
    assert not [text for text in (program.token, PASSWORD, "a wrong horse", secret) if text in caplog.text]


@pytest.mark.urls("tests.security.streets")
def test_errors_tell_nothing_but_an_incident():
    page = Client(raise_request_exception=False).get("/broken").content.decode()
    assert re.search(r"[0-9a-f]{12}", page)
    assert not re.search(r"aubergine|RuntimeError|Traceback|Django", page)


def test_what_is_sent_is_limited_in_size(program):
    assert program("placeorder", strategy="x" * (product.BODY_LIMIT + 1)).status_code in (400, 413)


def test_no_secret_is_in_the_code_each_installation_makes_its_own(tmp_path):
    first, second = (firststart.merge(tmp_path / name, {}) for name in ("one", "two"))
    made = [name for name in first if re.search(r"KEY|SALT|PEPPER", name)]
    assert made
    assert not [name for name in made if first[name] == second[name]]
    assert stat.S_IMODE((tmp_path / "one" / ".env").stat().st_mode) == 0o600


def test_what_the_api_does_not_know_it_refuses(program):
    answer = program("placeorder", symbol="INFY'; DROP TABLE accounts_user; --", exchange="MOON", quantity=-1, extra="x")
    assert (answer.status_code, answer.json()["status"]) == (400, "error")


def test_every_dependency_is_pinned():
    names = ("requirements.txt", "requirements-dev.txt")
    lines = [line.split("#")[0].strip() for name in names for line in (ROOT / name).read_text().splitlines()]
    assert not [line for line in lines if line and not line.startswith("-r") and "==" not in line]


def test_behind_https_cookies_are_secure_and_plain_http_is_led_there():
    with environment({"PUBLIC_BASE_URL": "https://gateway.example.com"}) as env:
        secure, plain = manage("shell", "-c", BEHIND_TLS, env=env).stdout.splitlines()[-2:]
    assert re.search(r"Strict-Transport-Security.*Set-Cookie: __Host-csrftoken.*Secure", secure)
    assert plain.startswith("301")
    assert "'Location': 'https://gateway.example.com/login/'" in plain


def test_the_environment_decides():
    with environment({"SESSION_EXPIRY_TIME": "04:15", "BANS": "off"}) as env:
        told = manage("shell", "-c", "from django.conf import settings as s; print(s.SESSION_EXPIRY_TIME, s.BANS)", env=env)
    assert told.stdout.splitlines()[-1] == "04:15:00 False"


def test_the_container_runs_as_nobody_special():
    users = re.findall(r"^USER\s+(\S+)", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    assert users
    assert users[-1].partition(":")[0] not in ("root", "0")
