"""What a socket may not do, and what ends it."""

import asyncio
import time
from unittest.mock import Mock

import pytest

from apiauth import keys
from brokers import quotes
from brokers.stream import conversation, feeds, listener, orderdesk
from security import bans, policy, sockets
from security.actors import COMMAND_LINE, Actor
from security.pace import Pace
from tests.wire import HOME, entered, in_thread, play

pytestmark = pytest.mark.django_db(transaction=True)

INFY = {"symbol": "INFY", "exchange": "NSE"}


@pytest.mark.parametrize("text", ["{", "[]", '{"a": NaN}', '{"a": 1, "a": 2}', "[" * 9 + "]" * 9, '{"a":' * 9 + "1" + "}" * 9])
def test_what_is_no_proper_json_is_an_error_and_no_end(text):
    async def scene(wire):
        program = await wire().accepted()
        program.say(text)
        return await program.frame(), await program.ask(action="ping")

    error, pong = play(scene)
    assert (error["code"], pong["type"]) == ("INVALID_JSON", "pong")


def test_bytes_are_refused():
    async def scene(wire):
        program = await wire().accepted()
        program.send_bytes(b'{"action":"ping"}')
        return await program.frame()

    assert play(scene)["code"] == "INVALID_JSON"


def test_the_twentieth_invalid_message_closes():
    async def scene(wire):
        program = await wire().accepted()
        for _ in range(20):
            program.say("{")
        errors = [await program.frame() for _ in range(20)]
        return len(errors), await program.code()

    assert play(scene) == (20, 4400)


def test_more_messages_a_second_than_may_be_are_refused(monkeypatch):
    monkeypatch.setattr(conversation, "PACE", 3)

    async def scene(wire):
        program = await wire().accepted()
        for _ in range(4):
            program.say({"action": "ping"})
        return [(await program.frame()).get("code", "pong") for _ in range(4)]

    assert play(scene) == ["pong", "pong", "pong", "PROCESSING_ERROR"]


def test_the_pace_fills_again_by_the_second():
    pace = Pace(20, per_second=20, at=0.0)
    assert [pace.allows(at=0.0) for _ in range(21)] == [True] * 20 + [False]
    assert [pace.allows(at=0.1) for _ in range(3)] == [True, True, False]


def test_subscriptions_beyond_the_most_are_refused_one_by_one(api_key, monkeypatch):
    monkeypatch.setattr(listener, "MOST", 2)

    async def scene(wire):
        program = await entered(wire(), api_key)
        symbols = [{"symbol": name, "exchange": "NSE"} for name in ("INFY", "TCS", "SBIN")]
        ack = await program.ask("subscribe", action="subscribe", symbols=symbols)
        return ack, await program.ask("error", action="subscribe_orders")

    ack, error = play(scene)
    assert [row["status"] for row in ack["subscriptions"]] == ["success", "success", "error"]
    assert error["code"] == "PROCESSING_ERROR"


def test_asking_again_for_what_one_has_costs_no_quote(api_key, monkeypatch):
    asked = Mock(side_effect=quotes.quote)
    monkeypatch.setattr(quotes, "quote", asked)
    monkeypatch.setattr("brokers.stream.feeds.seconds_to_next", lambda: 60.0)

    async def scene(wire):
        program = await entered(wire(), api_key)
        for _ in range(5):
            await program.ask("subscribe", action="subscribe", symbols=[INFY] * 50)

    play(scene)
    assert asked.call_count == 1


def test_who_neither_listens_nor_speaks_is_closed(api_key, monkeypatch):
    monkeypatch.setattr(conversation, "IDLE", 0.01)

    async def scene(wire):
        return await (await entered(wire(), api_key)).code()

    assert play(scene) == 4408


def test_whoever_listens_is_not_idle(api_key, armed, monkeypatch):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await program.ask("market_data", action="subscribe", **INFY)
        look = armed[conversation.IDLE]
        monkeypatch.setattr(conversation, "IDLE", 0.0)
        look()
        return await program.ask("pong", action="ping")

    assert play(scene)["type"] == "pong"


def test_a_key_opens_as_many_sockets_as_the_policy_says(api_key):
    policy.change({"sockets_key": 1}, by=COMMAND_LINE)

    async def scene(wire):
        await entered(wire(), api_key)
        second = await wire().accepted()
        return await second.ask(action="authenticate", api_key=api_key), await second.code()

    frame, code = play(scene)
    assert (frame["status"], code) == ("error", 4429)


def test_a_place_is_free_again_when_a_socket_has_gone(api_key):
    policy.change({"sockets_key": 1}, by=COMMAND_LINE)

    async def scene(wire):
        await (await entered(wire(), api_key)).end()
        await entered(wire(), api_key)

    play(scene)
    assert len(sockets.crowd) == 0


def test_a_revoked_key_loses_its_sockets(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await in_thread(keys.revoke, api_key.split("_")[2], by=COMMAND_LINE)
        return await program.code()

    assert play(scene) == 4401


def test_another_keys_revocation_closes_nothing(owner, api_key):
    other = keys.issue(owner, by=COMMAND_LINE, name="other").key.kid

    async def scene(wire):
        program = await entered(wire(), api_key)
        await in_thread(keys.revoke, other, by=COMMAND_LINE)
        return await program.ask(action="ping")

    assert play(scene)["type"] == "pong"


def test_a_disabled_user_loses_every_socket(owner, api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        owner.is_active = False
        await in_thread(owner.save)
        return await program.code()

    assert play(scene) == 4401


def test_a_ban_closes_sockets_that_proved_themselves_too(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await in_thread(bans.ban, HOME, reason="fraud", origin="command", by=Actor("owner"), duration=None)
        return await program.code()

    assert play(scene) == 4403


def test_a_failure_is_an_error_frame_and_not_the_end(api_key, monkeypatch, caplog):
    monkeypatch.setattr(listener.Listener, "weigh", lambda self, topics: 1 / 0)

    async def scene(wire):
        program = await entered(wire(), api_key)
        return await program.ask(action="subscribe", **INFY), await program.ask(action="ping")

    error, pong = play(scene)
    assert (error["code"], pong["type"]) == ("SERVER_ERROR", "pong")
    assert "ZeroDivisionError" in caplog.text


def test_nothing_is_left_behind_when_a_socket_ends(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await program.ask("subscribe", action="subscribe", **INFY)
        await program.ask("subscribe_orders", action="subscribe_orders")
        await program.end()

    play(scene)
    assert (feeds.paper._listeners, orderdesk.desk._listeners, len(sockets.crowd)) == ({}, {}, 0)


def test_a_reader_that_stops_reading_finds_the_newest_tick(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await program.ask("market_data", action="subscribe", **INFY, mode=1)
        program.reads.clear()
        for _ in range(50):
            await feeds.paper.beat()
            await asyncio.sleep(0)
        program.reads.set()
        before = len(program.heard)
        await program.frame("market_data")
        return len(program.heard) - before

    assert play(scene) < 10


def test_a_stranger_is_not_read_at_length():
    async def scene(wire):
        program = await wire().accepted()
        return (await program.ask(action="ping", timestamp="x" * 4000))["code"]

    assert play(scene) == "NOT_AUTHENTICATED"


def test_long_messages_of_one_user_wait_until_their_length_is_made_up_for(api_key, monkeypatch):
    monkeypatch.setattr(conversation, "_paces", {})
    monkeypatch.setattr(conversation, "LENGTH", 0)
    monkeypatch.setattr(conversation, "LENGTH_A_SECOND", 10_000)

    async def scene(wire):
        program, began = await entered(wire(), api_key), time.monotonic()
        await program.ask("pong", action="ping", timestamp="x" * 2000)
        return time.monotonic() - began

    assert play(scene) > 0.2
