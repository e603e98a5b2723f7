"""Secrets of every kind, sent to a running server in every way that there is, are found in no log, file, table or answer."""

import base64
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from websockets.exceptions import WebSocketException

from apiauth import tokens
from tests.browsing import Browser, browser
from tests.conftest import PASSWORD
from tests.listener import listening
from tests.live import Live, environment, live_server, manage

pytestmark = [pytest.mark.slow, pytest.mark.only_on("sqlite")]

SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "tests.openalgo.probe_settings", "DATABASE_URL": "",
    "TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for",
}  # fmt: skip
STAFF_PAGES = (
    "/", "/keys/", "/logs/", "/logs/audit/", "/security/", "/security/alerts/", "/security/suspects/", "/security/logins/",
    "/security/sessions/", "/security/sockets/", "/security/offenders/?pattern=/wp-*", "/security/charts/", "/healthz",
    "/security/address/?q=203.0.113.1", "/admin/security/trafficentry/",
)  # fmt: skip
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
DOWNLOADS = {"/logs/export/": "csv", "/logs/audit/export/": "json", "/security/exchange/export/": "json"}


@dataclass
class Garden:
    """A server, what was planted there by the name of its place, and all that was answered, or lay there as it ran."""

    live: Live
    planted: dict[str, str] = field(default_factory=dict)
    bodies: list[str] = field(default_factory=list)
    callers: Iterator[int] = field(default_factory=lambda: count(2))

    def plant(self, place: str) -> str:
        return self.planted.setdefault(place, "Zq7" + secrets.token_hex(16))

    def key(self, place: str) -> str:
        """One of the right form that opens nothing."""
        token = tokens.new()
        self.planted[place] = token.secret
        return token.reveal()

    def call(self, path: str, *, method: str = "GET", address: str = "", headers: dict[str, str] | None = None, **more) -> None:
        """From an address of its own, so that none is banned before it is heard."""
        caller = address or f"198.51.100.{next(self.callers)}"
        sent = {"Content-Type": "application/json", "X-Forwarded-For": caller, **(headers or {})}
        with suppress(httpx.InvalidURL):
            answer = httpx.request(method, f"{self.live.base}{path}", headers=sent, timeout=30, **more)
            self.bodies.append(answer.text)

    def found(self, where: dict[str, str]) -> list[str]:
        lowered = {name: text.lower() for name, text in where.items()}
        return [
            f"{place} in {name}" for place, secret in self.planted.items() for name, text in lowered.items()
            if secret.lower() in text
        ]  # fmt: skip


@pytest.fixture(scope="module")
def garden() -> Iterator[Garden]:
    with environment(SETTINGS) as env:
        manage("create_owner", "owner", "owner@example.com", env=env | {"OWNER_PASSWORD": PASSWORD})
        token = manage("issue_api_key", "owner", "--name", "bot", env=env).stdout.strip()
        old = manage("issue_api_key", "owner", "--name", "old bot", env=env).stdout.strip()
        manage("revoke_api_key", old.split("_")[2], env=env)
        with live_server(env) as live:
            garden = Garden(live)
            garden.planted |= {"the right password": PASSWORD, "the right key": secret_of(token), "an old key": secret_of(old)}
            plant(garden, token, old)
            yield garden


def secret_of(token: str) -> str:
    read = tokens.read(token)
    assert read
    return read.secret


def plant(garden: Garden, token: str, old: str) -> None:
    for name, key in (("right", token), ("old", old), ("wrong", "")):
        show_key(garden, lambda way, name=name, key=key: key or garden.key(f"a {name} key {way}"))
    show_key(garden, lambda way: garden.plant(f"another text {way}"))
    write_headers(garden)
    ask_for_paths(garden)
    scan(garden)
    fail(garden)
    with browser(garden.live.base, headers={"X-Forwarded-For": "192.0.2.1"}) as visitor:
        come_in(garden, visitor)
        look_round(garden, visitor)
    garden.live.stop()


def show_key(garden: Garden, made) -> None:
    ping = "/api/v1/ping"
    garden.call(ping, method="POST", json={"apikey": made("in the body")})
    garden.call(ping, method="POST", json={"apikey": made("beside too much"), "password": garden.plant("a field")})
    garden.call(ping, method="POST", content=f'{{"apikey": "{made("in broken JSON")}", ')
    garden.call(ping, method="POST", headers={"X-API-KEY": made("in a header")})
    garden.call(ping, method="POST", headers={"Authorization": f"Bearer {made('as bearer')}"})
    basic = base64.b64encode(f"x:{made('as basic')}".encode()).decode()
    garden.call(ping, method="POST", headers={"Authorization": f"Basic {basic}"})
    for path in ("/api/v1/instruments", "/v1/decisions", "/nowhere", "/keys/", "/login/", "/probe/boom"):
        garden.call(f"{path}?apikey={made(f'in the query of {path}')}&exchange=NSE")
    speak(garden, made)


def speak(garden: Garden, made) -> None:
    """Over a socket: the key where it belongs, in a frame of another kind, and in none."""
    address = {"X-Forwarded-For": f"198.51.100.{next(garden.callers)}"}
    door = garden.live.base.replace("http", "ws") + "/ws"
    key, other, loose = made("over a socket"), made("in another frame"), made("in no frame")
    frames = (f'{{"action": "subscribe", "symbol": "{other}"}}', loose, f'{{"action": "authenticate", "api_key": "{key}"}}')
    with suppress(WebSocketException), listening(f"{door}?apikey={key}", additional_headers=address) as listener:
        for frame in (*frames, frames[0]):
            listener.connection.send(frame)
            garden.bodies.append(str(listener.connection.recv(timeout=10)))


def write_headers(garden: Garden) -> None:
    for name in (
        "User-Agent",
        "Referer",
        "Origin",
        "Accept",
        "Content-Type",
        "X-Forwarded-For",
        "Host",
        "X-Request-ID",
        "Range",
    ):
        garden.call("/nowhere", headers={name: garden.key(f"the header {name}")})
        garden.call("/api/v1/ping", method="POST", headers={name: garden.plant(f"{name}, with a body")}, content="{}")
    for name in ("sessionid", "csrftoken", "other"):
        garden.call("/", headers={"Cookie": f"{name}={garden.plant(f'the cookie {name}')}"})
    garden.call("/", method=garden.plant("a method")[:40])


def ask_for_paths(garden: Garden) -> None:
    garden.call(f"/setup/{garden.plant('a set-up link')}")
    garden.call(
        f"/setup/{garden.plant('a set-up link that is sent')}", method="POST", data={"password": garden.plant("set up")}
    )
    for path in (
        "/{}",
        "/nowhere/{}/next",
        "/api/v1/{}",
        "/wp-login.php/{}",
        "//{}",
        "/static/{}.css",
        "/%00{}",
        "/%0a{}",
        "/\xff{}",
    ):
        key = garden.key(f"the path {path}")
        garden.call(path.format(key))
        garden.call(path.format(quote(key).replace("_", "%5F")))
        garden.call(path.format(f"token={garden.plant(f'a field in {path}')}"))


def scan(garden: Garden) -> None:
    """Until it is banned: what it tried is kept as evidence."""
    for number in range(12):
        garden.call(f"/wp-admin/{garden.key(f'scan {number}')}", address="203.0.113.1")
        garden.call("/api/v1/ping", method="POST", address="203.0.113.2", json={"apikey": garden.key(f"guess {number}")})


def fail(garden: Garden) -> None:
    texts = (
        garden.key("a failure"), f"password={garden.plant('a failing password')}", f"Bearer {garden.plant('a failing bearer')}",
        f"{{'apikey': '{garden.plant('a failing field')}'}}",
        f"x\n2026-01-01 INFO forged: token: {garden.plant('a forged line')}",
        f"postgres://user:{garden.plant('a failing database')}@host/x",
    )  # fmt: skip
    for text in texts:
        garden.call("/probe/boom", params={"text": text})
        garden.call("/probe/boom", params={"text": text}, headers={"X-Break-Handler": "yes"})


def come_in(garden: Garden, visitor: Browser) -> None:
    password, name = garden.plant("a wrong password"), garden.plant("a password in the wrong field")
    garden.bodies.append(visitor.send("/login/", username="owner", password=password).text)
    garden.bodies.append(visitor.send("/login/", username=name, password=password).text.replace(name, ""))  # in its own field
    visitor.log_in()
    garden.planted["the session"] = visitor.client.cookies["sessionid"]
    wrong = {"old_password": garden.plant("a wrong old password"), "new_password1": garden.plant("a new password")}
    garden.bodies.append(visitor.send("/account/password/", **wrong).text)
    garden.bodies.append(visitor.send("/sudo/", sudo_password=garden.plant("a wrong password again")).text)
    with visitor.listen(garden.live.base) as listener:
        listener.say(action=garden.plant("a page's frame"), api_key=garden.key("a page's frame"))
        garden.bodies.append(str(listener.connection.recv(timeout=10)))


def look_round(garden: Garden, visitor: Browser) -> None:
    for page in STAFF_PAGES:
        answer = visitor.get(page)
        assert answer.status_code < 400, (page, answer.status_code)
        garden.bodies.append(f"{page}: {answer.text}")
    for page, form in DOWNLOADS.items():
        answer = visitor.send(page, form=form)
        assert (answer.status_code, "attachment" in answer.headers.get("content-disposition", "")) == (200, True), answer.text
        garden.bodies.append(f"{page}: {answer.text}")
    for command in (["list_api_keys", "--json"], ["list_bans", "--json"], ["explain_ip", "203.0.113.1"]):
        garden.bodies.append(garden.live.manage(*command).stdout)
    garden.live.manage("export_audit", "--output", str(garden.live.data_dir / "audit.jsonl"))
    garden.bodies += files(garden.live.data_dir).values()  # the spool among them


def files(folder: Path) -> dict[str, str]:
    return {
        path.name: path.read_bytes().decode("latin-1") for path in folder.rglob("*") if path.is_file() and path.name != ".env"
    }


def test_it_is_in_no_line_of_the_log(garden):
    text = "".join(garden.live.output)
    assert "RuntimeError" in text
    assert garden.found({"the log": text}) == []
    assert "\n2026-01-01 INFO forged" not in text


def test_it_is_in_no_file_and_in_no_byte_of_the_database(garden):
    found = files(garden.live.data_dir)
    assert {"openalgo.sqlite3", "audit.head", "audit.jsonl"} <= set(found)
    assert garden.found(found) == []


def test_it_is_in_no_column_of_any_table(garden):
    columns = {}
    with closing(sqlite3.connect(garden.live.data_dir / "openalgo.sqlite3")) as database:
        for (table,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
            columns[table] = "\n".join(map(repr, database.execute(f'SELECT * FROM "{table}"')))  # noqa: S608 - our own tables
    assert all(columns[f"security_{name}"] for name in ("trafficentry", "auditentry", "evidence", "probe"))
    assert garden.found(columns) == []


def test_no_answer_repeats_it(garden):
    assert garden.found({body[:60]: body for body in garden.bodies}) == []
