"""Which doors there are for sockets, and what happens where there is none."""

import threading

import pytest
from django.test import Client

from security import aside, probes, snapshot
from security.scores import Scenario
from tests.wire import HOME, play

pytestmark = pytest.mark.django_db(transaction=True)

OWN = [(b"host", b"localhost"), (b"origin", b"http://localhost")]
FOREIGN = [(b"host", b"localhost"), (b"origin", b"http://evil.example")]


@pytest.fixture
def rung(monkeypatch):
    """What was rung for."""
    paths: list[tuple[str, str]] = []
    monkeypatch.setattr(probes, "unrouted", lambda caller, path, **_: paths.append((caller.subject, path)))
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


def test_the_ban_stands_before_the_try_that_brought_it_is_answered():
    async def scene(wire):
        for letter in "abcdefghij":
            await wire(f"/{letter}", peer="203.0.113.9").next()
        found = snapshot.verdict("203.0.113.9")
        await aside.run_for_stranger(int)  # the ban closed the socket over its thread's head, which still writes
        return found

    assert play(scene) is not None


def test_twenty_unknown_paths_ban():
    async def scene(wire):
        for letter in "abcdefghijklmnopqrstu":
            await answer(wire, f"/{letter}", peer="203.0.113.9")
        await aside.run_for_stranger(int)  # as above
        return await answer(wire, "/ws", peer="203.0.113.9")

    assert play(scene)["status"] == 403


def logged_in(user) -> list[tuple[bytes, bytes]]:
    client = Client()
    client.force_login(user)
    return [*OWN, (b"cookie", f"sessionid={client.cookies['sessionid'].value}".encode())]


def test_who_is_logged_in_is_no_scanner_and_pays_for_themselves(rung, second_user, one_minute):
    headers = logged_in(second_user)

    async def scene(wire):
        mine = [await answer(wire, f"/{number}", headers=headers) for number in range(61)]
        return [each["status"] for each in (*mine, await answer(wire, "/absent"))]

    assert play(scene) == [404] * 60 + [429, 404]
    assert rung == [("198.51.100.7", "/absent")]


def test_an_ended_session_spares_nobody(rung):
    async def scene(wire):
        return await answer(wire, "/absent", headers=[*OWN, (b"cookie", b"sessionid=" + b"0" * 32)])

    assert play(scene)["status"] == 404
    assert len(rung) == 1


def test_a_stranger_may_try_so_many_doors_a_minute(rung, one_minute):
    async def scene(wire):
        return [(await answer(wire, f"/{number}"))["status"] for number in range(61)]

    assert play(scene) == [404] * 60 + [429]
    assert len(rung) == 61


def test_unknown_addresses_are_one_budget_by_socket_and_by_http_and_the_login_another(rung, one_minute):
    async def scene(wire):
        for number in range(60):
            await answer(wire, f"/{number}")

    play(scene)
    neighbour = Client(REMOTE_ADDR=HOME)
    assert [neighbour.get(path).status_code for path in ("/wss", "/login/")] == [429, 200]


@pytest.fixture
def stuck(monkeypatch) -> threading.Event:
    """Until it is set, strangers at no door are being judged."""
    over = threading.Event()
    monkeypatch.setattr(probes, "unrouted", lambda caller, path: over.wait(20))
    return over


def test_strangers_at_no_door_hold_up_nobody_at_a_door_and_few_of_them_wait(stuck, second_user):
    headers = logged_in(second_user)

    async def scene(wire):
        crowd = [wire("/nowhere", peer=f"203.0.113.{number}") for number in range(aside.STRANGERS)]
        try:
            return await answer(wire, "/nowhere"), await wire("/live/", headers=headers).next(), crowd[-1].heard
        finally:
            stuck.set()

    refused, page, last = play(scene)
    assert (refused["status"], (b"retry-after", b"1") in refused["headers"]) == (503, True)
    assert (page["type"], last[0]["status"]) == ("websocket.accept", 404)


@pytest.mark.parametrize("path", ["/live/", "/nowhere"])
def test_a_forged_header_at_any_door_is_noted(path):
    async def scene(wire):
        return await answer(wire, path, headers=[*OWN, (b"x-forwarded-for", b"198.51.100.1")], peer="203.0.113.9")

    play(scene)
    assert Scenario.SPOOF in [each.scenario for each in probes.tally.of("203.0.113.9")]


def test_so_is_one_that_comes_with_a_bad_key():
    async def scene(wire):
        visit = wire("/ws", headers=[(b"x-forwarded-for", b"198.51.100.1")], peer="203.0.113.9")
        await visit.accepted()
        await visit.ask(action="authenticate", api_key="guess")

    play(scene)
    assert {each.scenario for each in probes.tally.of("203.0.113.9")} == {Scenario.SPOOF, Scenario.KEYS}


@pytest.mark.parametrize("path", ["/ws", "/ws/", "/live/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_plain_http_is_asked_to_upgrade_and_is_no_scanner(rung, path, method):
    answer = getattr(Client(enforce_csrf_checks=True), method)(path)
    assert (answer.status_code, answer["Upgrade"], answer["Connection"]) == (426, "websocket", "upgrade")
    assert rung == []
