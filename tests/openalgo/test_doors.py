"""Which doors there are for sockets, and what happens where there is none."""

import pytest
from django.test import Client

from security import probes
from tests.wire import play

pytestmark = pytest.mark.django_db(transaction=True)

OWN = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
FOREIGN = [(b"host", b"localhost"), (b"origin", b"http://evil.example")]


@pytest.fixture
def rung(monkeypatch):
    """What was rung for."""
    paths: list[tuple[str, str]] = []
    monkeypatch.setattr(probes, "unrouted", lambda caller, path: paths.append((caller.subject, path)))
    return paths


async def answer(wire, path: str, **more):
    visit = wire(path, **more)
    first = await visit.next()
    await visit.app
    return first


@pytest.mark.parametrize("path", ["/ws", "/ws/"])
@pytest.mark.parametrize("headers", [(), OWN, FOREIGN])
def test_programs_are_let_in_from_wherever_they_come(path, headers):
    async def scene(wire):
        return await wire(path, headers=headers).next()

    assert play(scene)["type"] == "websocket.accept"


@pytest.mark.parametrize("path", ["/", "/wss", "/live", "/ws/x", "/socket.io/"])
def test_an_unknown_path_is_refused_and_rings(rung, path):
    async def scene(wire):
        return await answer(wire, path)

    start = play(scene)
    assert (start["type"], start["status"]) == ("websocket.http.response.start", 404)
    assert rung == [("198.51.100.7", path)]


def test_a_server_without_words_for_it_refuses_in_its_own_way(rung):
    async def scene(wire):
        return await answer(wire, "/nowhere", answers=False)

    assert play(scene)["type"] == "websocket.close"
    assert len(rung) == 1


def test_what_another_sites_page_makes_a_visitor_try_is_not_held_against_them(rung):
    async def scene(wire):
        return await answer(wire, "/nowhere", headers=FOREIGN)

    assert play(scene)["type"] == "websocket.close"
    assert rung == []


def test_twenty_unknown_paths_ban():
    async def scene(wire):
        for letter in "abcdefghijklmnopqrstu":
            await answer(wire, f"/{letter}", peer="203.0.113.9")
        return await answer(wire, "/ws", peer="203.0.113.9")

    assert play(scene)["status"] == 403


@pytest.mark.parametrize("path", ["/ws", "/ws/", "/live/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_plain_http_is_asked_to_upgrade_and_is_no_scanner(rung, path, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert (answer.status_code, answer["Upgrade"], answer["Connection"]) == (426, "websocket", "upgrade")
    assert rung == []
