"""Operators close sockets, by one or by address; who was closed may come back."""

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from security import disconnects, propagation, roster
from security.actors import Actor
from security.addresses import NotAnAddress
from security.models import AuditEntry, Disconnect, Process
from tests.wire import HOME, entered, in_thread, play

pytestmark = pytest.mark.django_db(transaction=True)

BY = Actor("owner", address="192.0.2.1")
ELSEWHERE = '[["abc", "/ws", "trader", "key k1", "2001:db8::7", "2001:db8::/64", 1.0, 4, 9]]'


@pytest.fixture
def operator(owner) -> Client:
    client = Client(REMOTE_ADDR="192.0.2.1")
    client.force_login(owner)
    return client


@pytest.fixture
def elsewhere(db) -> Process:
    """Another process that holds a socket."""
    return Process.objects.create(name="there:7:0", at=Now(), held=1, sockets=ELSEWHERE)


async def listed() -> list[roster.Held]:
    await in_thread(roster.write)
    found: roster.Roster = await in_thread(roster.standing)
    return found.sockets


def test_one_socket_is_closed_and_its_neighbour_stays(api_key):
    async def scene(wire):
        first, second = await entered(wire(), api_key), await entered(wire(), api_key)
        await in_thread(disconnects.one, (await listed())[0].id, by=BY)
        return await first.code(), await second.ask("pong", action="ping")

    code, answer = play(scene)
    assert (code, answer["type"]) == (4410, "pong")


def test_all_of_an_address_are_closed_strangers_among_them_and_others_stay(api_key):
    async def scene(wire):
        known, stranger = await entered(wire(), api_key), await wire().accepted()
        other = await entered(wire(peer="203.0.113.9"), api_key)
        await listed()
        await in_thread(disconnects.all_of, HOME, by=BY)
        return await known.code(), await stranger.code(), (await other.ask("pong", action="ping"))["type"]

    assert play(scene) == (4410, 4410, "pong")


def test_who_was_closed_may_come_back(api_key):
    async def scene(wire):
        await entered(wire(), api_key)
        await listed()
        await in_thread(disconnects.all_of, HOME, by=BY)
        again = await entered(wire(), api_key)
        return await again.ask("pong", action="ping")

    assert play(scene)["type"] == "pong"


def test_an_ipv6_address_stands_for_its_64(elsewhere):
    assert disconnects.all_of("2001:db8::1", by=BY) == ("2001:db8::/64", True)
    assert Disconnect.objects.get().subject == "2001:db8::/64"


@pytest.mark.parametrize("text", ["", "nonsense", "203.0.113.0/24", "2001:db8::/48"])
def test_what_names_no_single_address_is_refused(elsewhere, text):
    with pytest.raises(NotAnAddress):
        disconnects.all_of(text, by=BY)


def test_where_nothing_is_open_nothing_is_ordered(elsewhere):
    assert disconnects.one("none", by=BY) is None
    assert not disconnects.all_of("203.0.113.9", by=BY).ordered
    assert not Disconnect.objects.exists()
    assert not AuditEntry.objects.exists()


def test_sockets_that_are_not_listed_are_closed_by_their_address_all_the_same(elsewhere):
    Process.objects.update(held=9)
    assert disconnects.all_of("203.0.113.9", by=BY).ordered


def test_it_stands_in_the_audit_with_whom_it_hit(elsewhere):
    disconnects.one("abc", by=BY)
    row = AuditEntry.objects.get()
    assert (row.act, row.actor, row.about) == ("sockets:socket:disconnect", "owner", "trader from 2001:db8::7")
    assert "key k1" in row.before


def test_what_was_ordered_closed_is_shown_no_more(elsewhere):
    disconnects.all_of("2001:db8::7", by=BY)
    assert roster.standing().sockets == []


def test_an_order_in_another_process_is_heard_of_by_the_sequence(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await in_thread(Disconnect.objects.create, seq=10**9, socket=(await listed())[0].id)
        await in_thread(disconnects.apply, 10**9 - 1)
        return await program.code()

    assert play(scene) == 4410


def test_the_first_move_of_a_new_servers_sequence_is_heard_of_too():
    async def scene(wire):
        stranger = await wire().accepted()
        await listed()
        await in_thread(propagation.catch_up)
        await in_thread(disconnects.all_of, HOME, by=BY)
        return await stranger.code()

    assert play(scene) == 4410


def test_a_process_without_sockets_asks_nothing(elsewhere):
    with CaptureQueriesContext(connection) as queries:
        disconnects.apply(1)
    assert not queries


def test_the_page_lists_them_and_finds_by_user_key_or_address(operator, elsewhere):
    for query in ("", "TRADER", "k1", "2001:db8::7", "/ws", "there"):
        assert "2001:db8::7" in operator.get("/security/sockets/", {"q": query}).content.decode()
    assert "2001:db8::7" not in operator.get("/security/sockets/", {"q": "owner"}).content.decode()


def test_the_page_says_how_many_are_not_listed(operator, elsewhere):
    Process.objects.update(held=9)
    assert "8 more are open" in operator.get("/security/sockets/").content.decode()


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"id": "abc"}, "Disconnected: trader from 2001:db8::7."),
        ({"id": "gone"}, "That socket is closed already."),
        ({"address": "2001:db8::1"}, "Disconnected: all sockets of 2001:db8::/64."),
        ({"address": "203.0.113.9"}, "203.0.113.9 holds no socket open."),
        ({"address": "nonsense"}, "is not an address or range."),
        ({}, "An address is missing."),
    ],
)
def test_a_button_does_it_and_says_so(operator, elsewhere, fields, sentence):
    answer = operator.post("/security/sockets/disconnect/", fields, follow=True)
    assert sentence in answer.content.decode()


def test_it_is_for_operators(second_user, elsewhere):
    client = Client()
    client.force_login(second_user)
    assert client.get("/security/sockets/").status_code == 403
    assert client.post("/security/sockets/disconnect/", {"id": "abc"}).status_code == 403


def test_a_door_that_a_stranger_named_is_shown_as_text(operator, elsewhere):
    Process.objects.update(sockets=ELSEWHERE.replace("/ws", "/<b>x"))
    assert "/<b>x" not in operator.get("/security/sockets/").content.decode()
