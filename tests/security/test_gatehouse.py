"""The gatehouse lets nobody banned through to Django, names everybody else, and closes what a new ban finds open."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from security import bans, refusals
from security.actors import Actor
from security.asgi import REFUSALS_PER_CONNECTION, Gatehouse

pytestmark = pytest.mark.django_db(transaction=True)

ATTACKER = "203.0.113.9"
OTHER = "198.51.100.7"


def ban(cidr: str = ATTACKER) -> None:
    bans.ban(cidr, reason="fraud", origin="operator", by=Actor("owner"), duration=timedelta(days=1))


def ban_in_a_thread() -> None:
    ban()
    connections.close_all()


class Visit:
    """One connection through a gatehouse: what the application saw, and what was sent back."""

    def __init__(
        self, kind: str = "http", *, peer: str = ATTACKER, path: str = "/", headers: Any = (), extensions: Any = None
    ) -> None:
        self.scope = {"type": kind, "client": (peer, 4000), "scheme": "http", "path": path, "headers": list(headers)}
        self.scope["extensions"] = extensions
        self.seen: dict[str, Any] | None = None
        self.sent: list[Any] = []

    async def app(self, scope, receive, send):
        self.seen = scope
        await send({"type": "app.was.here"})

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    async def receive(self):
        return await asyncio.Event().wait()

    def through(self, gate: Gatehouse | None = None) -> "Visit":
        asyncio.run((gate or Gatehouse(http=self.app, websocket=self.app))(self.scope, self.receive, self.send))
        return self


def test_who_is_not_banned_reaches_the_application_by_name():
    visit = Visit(peer=OTHER).through()
    assert visit.seen is not None
    assert visit.seen["caller"].address == OTHER


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_who_is_banned_reaches_nothing(kind):
    ban()
    assert Visit(kind).through().seen is None


def test_the_banned_get_a_short_403_with_an_incident_id():
    ban()
    start, body = Visit().through().sent
    assert (start["status"], dict(start["headers"])[b"content-length"]) == (403, str(len(body["body"])).encode())
    assert b"suspended. Incident " in body["body"]


def test_under_api_the_refusal_has_the_one_error_shape():
    ban()
    answer = json.loads(Visit(path="/api/v1/ping").through().sent[1]["body"])
    assert answer.pop("incident")
    assert answer == {"status": "error", "message": refusals.BANNED}


def test_the_refusal_is_not_taken_for_a_bad_key():
    assert "apikey" not in refusals.BANNED


def test_refusals_are_counted_under_their_ban():
    ban("203.0.113.0/24")
    Visit().through()
    Visit(peer="203.0.113.10").through()
    refusals.flush()
    assert refusals.hits("203.0.113.0/24") == 2


def test_the_incident_id_is_found_in_the_log(caplog):
    caplog.set_level("INFO")
    ban()
    incident = json.loads(Visit(path="/api/").through().sent[1]["body"])["incident"]
    assert f"incident {incident}: {ATTACKER} is refused by the ban of {ATTACKER}/32" in caplog.text


def test_a_connection_is_kept_for_many_refusals_then_closed():
    ban()
    gate = Gatehouse(http=Visit().app, websocket=Visit().app)
    starts = [Visit().through(gate).sent[0]["headers"] for _ in range(REFUSALS_PER_CONNECTION + 1)]
    closing = [number for number, headers in enumerate(starts, start=1) if (b"connection", b"close") in headers]
    assert closing == [REFUSALS_PER_CONNECTION]


def test_a_banned_handshake_is_refused_with_403():
    ban()
    start, body = Visit("websocket", extensions={"websocket.http.response": {}}).through().sent
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 403)
    assert body["type"] == "websocket.http.response.body"


def test_a_server_without_that_extension_refuses_it_in_its_own_way():
    ban()
    assert [message["type"] for message in Visit("websocket").through().sent] == ["websocket.close"]


def test_a_ban_holds_for_the_caller_behind_a_proxy_alone(settings):
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["127.0.0.1/32"], "x-forwarded-for"
    ban()
    passed = [Visit(peer="127.0.0.1", headers=[(b"x-forwarded-for", who.encode())]).through().seen for who in (ATTACKER, OTHER)]
    assert [seen is not None for seen in passed] == [False, True]


@pytest.mark.parametrize(("path", "mark"), [("/", b"Incident"), ("/api/v1/ping", b'"status": "error"')])
def test_what_a_proxy_garbles_is_answered_400(settings, path, mark):
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["127.0.0.1/32"], "x-forwarded-for"
    start, body = Visit(peer="127.0.0.1", path=path, headers=[(b"x-forwarded-for", b"unknown")]).through().sent
    assert start["status"] == 400
    assert mark in body["body"]


def test_scheme_and_host_of_a_trusted_proxy_are_handed_on(settings):
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["127.0.0.1/32"], "forwarded"
    value = b"for=203.0.113.9;proto=https;host=trade.example"
    visit = Visit("websocket", peer="127.0.0.1", headers=[(b"host", b"inner"), (b"forwarded", value)]).through()
    assert visit.seen is not None
    assert (visit.seen["scheme"], dict(visit.seen["headers"])[b"host"]) == ("wss", b"trade.example")


def test_an_unusable_proxy_setting_stops_the_start(settings):
    settings.TRUSTED_PROXIES = ["0.0.0.0/0"]
    with pytest.raises(ImproperlyConfigured):
        Gatehouse(http=Visit().app, websocket=Visit().app)


class Open(Visit):
    """A socket whose application accepts and then listens until the server says it is over."""

    def __init__(self, **more: Any) -> None:
        super().__init__("websocket", **more)
        self.accepted, self.closed, self.left = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def app(self, scope, receive, send):
        try:
            await send({"type": "websocket.accept"})
            self.accepted.set()
            await receive()
            await send({"type": "websocket.send", "text": "too late"})
        finally:
            self.left.set()

    async def send(self, message: Any) -> None:
        await super().send(message)
        if message["type"] == "websocket.close":
            self.closed.set()


async def _kicked(visit: Open) -> None:
    gate = Gatehouse(http=visit.app, websocket=visit.app)
    open_socket = asyncio.create_task(gate(visit.scope, visit.receive, visit.send))
    await visit.accepted.wait()
    await asyncio.to_thread(ban_in_a_thread)
    async with asyncio.timeout(5):
        await visit.left.wait()
        await asyncio.wait([open_socket])
    assert not gate._sockets


def test_a_new_ban_closes_open_sockets():
    visit = Open()
    asyncio.run(_kicked(visit))
    assert visit.sent[-1] == {"type": "websocket.close", "code": 4403}


def test_a_reader_that_never_reads_loses_its_application(monkeypatch):
    monkeypatch.setattr("security.sockets.CLOSE_WAIT", 0.01)

    class Stalled(Open):
        async def send(self, message: Any) -> None:
            await super().send(message)
            if message["type"] == "websocket.close":
                await asyncio.Event().wait()

    visit = Stalled()
    asyncio.run(_kicked(visit))
    assert visit.left.is_set()


def test_what_the_application_sends_after_a_kick_is_dropped():
    class Talking(Open):
        async def app(self, scope, receive, send):
            await send({"type": "websocket.accept"})
            self.accepted.set()
            try:
                await asyncio.Event().wait()
            finally:
                await send({"type": "websocket.send", "text": "too late"})
                self.left.set()

    visit = Talking()
    asyncio.run(_kicked(visit))
    assert [message["type"] for message in visit.sent] == ["websocket.accept", "websocket.close"]


def test_a_ban_of_somebody_else_closes_nothing():
    async def scene() -> Open:
        visit = Open(peer=OTHER)
        gate = Gatehouse(http=visit.app, websocket=visit.app)
        task = asyncio.create_task(gate(visit.scope, visit.receive, visit.send))
        await visit.accepted.wait()
        await asyncio.to_thread(ban_in_a_thread)
        gate._sweep()
        task.cancel()
        await asyncio.wait([task])
        return visit

    assert [message["type"] for message in asyncio.run(scene()).sent] == ["websocket.accept"]


class TestSecondLock:
    def test_django_refuses_whom_the_gatehouse_would(self, client):
        ban()
        answer = client.get("/", REMOTE_ADDR=ATTACKER)
        assert (answer.status_code, b"suspended" in answer.content) == (403, True)

    def test_django_lets_others_in(self, client):
        ban()
        assert client.get("/", REMOTE_ADDR=OTHER).status_code != 403

    def test_django_answers_400_to_what_a_proxy_garbles(self, client, settings):
        settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["127.0.0.1/32"], "x-forwarded-for"
        assert client.get("/", HTTP_X_FORWARDED_FOR="unknown").status_code == 400
