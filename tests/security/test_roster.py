"""What every process holds open stands in a row of its own, written while it changes and forgotten when it is gone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext

from security import pulse, roster
from security.meter import meter
from security.models import Process
from tests.security.test_gatehouse import OTHER, Visit, ban
from tests.wire import HOME, entered, in_thread, play

pytestmark = pytest.mark.django_db(transaction=True)

INFY = {"symbol": "INFY", "exchange": "NSE"}


def beat(seconds: float = 0.0) -> None:
    """As the pulse does; the row was last written some seconds ago."""
    roster._own.due -= seconds
    roster.write()


def written(call: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        call()
    return len(queries)


def another(name: str = "elsewhere:7:0", **values: Any) -> Process:
    return Process.objects.create(name=name, at=Now(), **values)


def test_a_programs_socket_says_who_holds_it_and_what_it_hears(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await program.ask("subscribe", action="subscribe", symbols=[INFY], mode=1)
        await program.frame("market_data")
        await in_thread(roster.write)
        return await in_thread(roster.standing)

    (held,) = play(scene).sockets
    assert (held.who, held.credential, held.address, held.door) == ("owner", f"key {api_key.split('_')[2]}", HOME, "/ws")
    assert (held.topics, held.sent > 0) == (1, True)


def test_a_stranger_is_nobody_yet(db):
    async def scene(wire):
        await wire().accepted()
        await in_thread(roster.write)
        return await in_thread(roster.standing)

    (held,) = play(scene).sockets
    assert (held.who, held.subject) == ("", HOME)


def test_who_hung_up_is_gone_at_the_next_beat(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await in_thread(roster.write)
        await program.end()
        await in_thread(roster.write)
        return await in_thread(roster.standing)

    assert play(scene).sockets == []


def test_the_address_of_an_unknown_door_is_kept_without_what_looks_like_a_secret():
    async def app(scope, receive, send):
        held.append(scope["socket"].door)

    held: list[str] = []
    visit = Visit("websocket", path="/setup/0123456789abcdef0123456789abcdef")
    visit.app = app  # type: ignore[method-assign]
    visit.through()
    assert held == ["/setup/…"]


def test_while_nothing_changes_nothing_is_written(db):
    beat()
    assert [written(beat), written(lambda: beat(roster.RENEWAL))] == [0, 1]


def test_what_a_process_counts_is_written_at_the_next_beat(db):
    beat()
    meter.bad_key()
    beat()
    assert Process.objects.get().bad_keys == 1


def test_the_gatehouse_counts_what_it_lets_in_and_what_it_refuses(db):
    ban()
    Visit().through()
    Visit(peer=OTHER).through()
    assert (meter.requests, meter.refusals) == (1, 1)


def test_a_process_that_stops_takes_its_row_along(db):
    roster.write()
    beating = pulse.Pulse()
    beating.start()
    beating.stop()
    assert not Process.objects.exists()


def test_a_row_that_somebody_removed_is_written_anew(db):
    beat()
    Process.objects.all().delete()
    beat(roster.RENEWAL)
    assert Process.objects.exists()


def test_a_dead_process_holds_nothing_and_is_forgotten(db):
    another(held=1, sockets='[["a", "/ws", "", "", "192.0.2.1", "192.0.2.1", 1.0, 0, 0]]')
    Process.objects.update(at=Now() - roster.ALIVE)
    assert roster.standing() == ([], 0, 0)
    Process.objects.update(at=Now() - 6 * roster.ALIVE)
    roster.prune()
    assert not Process.objects.exists()


def test_of_many_sockets_the_first_are_listed_and_all_are_counted(db, monkeypatch, api_key):
    monkeypatch.setattr(roster, "LISTED", 2)

    async def scene(wire):
        for _ in range(3):
            await wire().accepted()
        await entered(wire(), api_key)
        await in_thread(roster.write)
        return await in_thread(roster.standing)

    found = play(scene)
    assert ({each.who for each in found.sockets}, len(found.sockets), found.unlisted) == ({"", "owner"}, 2, 2)


def test_what_several_processes_hold_is_one_list(db):
    for name, began in (("one:1:a", 2.0), ("two:2:b", 1.0)):
        another(name, held=1, sockets=f'[["{name}", "/ws", "", "", "192.0.2.1", "192.0.2.1", {began}, 0, 0]]')
    assert [each.process for each in roster.standing().sockets] == ["two:2", "one:1"]
