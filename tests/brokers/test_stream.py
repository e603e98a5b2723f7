"""A program's socket: it proves itself, subscribes and is told."""

import pytest

from apiauth import keys
from apiauth.scopes import Scope
from brokers import consumers
from security.actors import COMMAND_LINE
from tests.wire import entered, play

pytestmark = pytest.mark.django_db(transaction=True)

INFY = {"symbol": "INFY", "exchange": "NSE"}


@pytest.mark.parametrize("first", [{"action": "authenticate"}, {"type": "auth"}])
@pytest.mark.parametrize("name", ["api_key", "apikey"])
def test_a_key_opens_it(api_key, first, name):
    async def scene(wire):
        return await (await wire().accepted()).ask(**first, **{name: api_key})

    frame = play(scene)
    assert (frame["type"], frame["status"], frame["broker"], frame["user_id"]) == ("auth", "success", "paper", "owner")


def test_a_wrong_key_gets_its_error_then_the_close():
    async def scene(wire):
        program = await wire().accepted()
        return await program.ask(action="authenticate", api_key="wrong"), await program.code()

    frame, code = play(scene)
    assert frame == {"status": "error", "code": "AUTHENTICATION_ERROR", "message": "Invalid openalgo apikey"}
    assert code == 4401


def test_the_close_comes_late_enough_for_programs_to_notice(armed):
    async def scene(wire):
        await (await wire().accepted()).ask(action="authenticate", api_key="wrong")

    play(scene)
    assert 0.3 in armed


@pytest.mark.parametrize("key", [None, "", 7, "x" * 257])
def test_what_is_no_key_is_refused_with_a_sentence(key):
    async def scene(wire):
        program = await wire().accepted()
        return await program.ask(action="authenticate", api_key=key), await program.code()

    frame, code = play(scene)
    assert (frame["code"], frame["message"].startswith("An API key"), code) == ("AUTHENTICATION_ERROR", True, 4401)


def test_a_key_without_the_scope_is_told_which(owner):
    token = keys.issue(owner, by=COMMAND_LINE, name="reader", scopes=[Scope.READ]).token

    async def scene(wire):
        program = await wire().accepted()
        return await program.ask(action="authenticate", api_key=token), await program.code()

    frame, code = play(scene)
    assert ("'stream'" in frame["message"], code) == (True, 4401)


def test_who_says_nothing_in_time_is_closed(monkeypatch):
    monkeypatch.setattr(consumers, "PATIENCE", 0.01)

    async def scene(wire):
        return await (await wire().accepted()).code()

    assert play(scene) == 4401


def test_who_proved_itself_in_time_stays(api_key, armed):
    async def scene(wire):
        program = await entered(wire(), api_key)
        armed[consumers.PATIENCE]()
        return await program.ask(action="ping")

    assert play(scene)["type"] == "pong"


@pytest.mark.parametrize("action", ["subscribe", "unsubscribe", "unsubscribe_all", "subscribe_orders", "get_broker_info"])
def test_before_that_nothing_is_told(action):
    async def scene(wire):
        return await (await wire().accepted()).ask(action=action, **INFY)

    assert play(scene)["code"] == "NOT_AUTHENTICATED"


@pytest.mark.parametrize(("action", "kind"), [("ping", "pong"), ("get_supported_brokers", "supported_brokers")])
def test_two_questions_need_no_key(action, kind):
    async def scene(wire):
        return await (await wire().accepted()).ask(action=action)

    assert play(scene)["type"] == kind


def test_a_second_key_is_refused_and_the_first_stays(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        return await program.ask(action="authenticate", api_key="wrong"), await program.ask(action="get_broker_info")

    refused, info = play(scene)
    assert (refused["code"], info["type"]) == ("INVALID_ACTION", "broker_info")


def test_a_subscription_is_acknowledged_and_ticks_at_once(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        return await program.ask(action="subscribe", **INFY, mode=1, request_id="r1"), await program.frame()

    ack, tick = play(scene)
    row = INFY | {"status": "success", "mode": "LTP", "depth": 5, "broker": "paper"}
    assert (ack["type"], ack["status"], ack["request_id"], ack["subscriptions"]) == ("subscribe", "success", "r1", [row])
    assert (tick["type"], tick["mode"]) == ("market_data", 1)


def test_an_unknown_symbol_leaves_the_others_their_ticks(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        symbols = [{"symbol": "NOSUCH", "exchange": "NSE"}, INFY, {"symbol": "INFY", "exchange": "MOON"}]
        return await program.ask(action="subscribe", symbols=symbols, mode="Quote"), await program.frame()

    ack, tick = play(scene)
    assert (ack["status"], [row["status"] for row in ack["subscriptions"]]) == ("partial", ["error", "success", "error"])
    assert (tick["symbol"], tick["mode"]) == ("INFY", 2)


def test_two_views_of_a_symbol_are_two_frames(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        for mode in (1, 2):
            await program.ask("subscribe", action="subscribe", **INFY, mode=mode)
        return {(await program.frame("market_data"))["mode"] for _ in range(4)}

    assert play(scene) == {1, 2}


def test_unsubscribing_says_what_was_there_and_what_was_not(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await program.ask("market_data", action="subscribe", **INFY, mode=1)
        first = await program.ask("unsubscribe", action="unsubscribe", symbols=[INFY | {"mode": 1}, INFY | {"mode": 3}])
        return first, await program.ask("unsubscribe", action="unsubscribe", **INFY, mode=1)

    first, second = play(scene)
    assert (first["status"], first["successful"]) == ("partial", [INFY | {"status": "success"}])
    assert (second["status"], len(second["failed"])) == ("error", 1)


def test_all_can_be_unsubscribed_at_once(api_key):
    async def scene(wire):
        program = await entered(wire(), api_key)
        await program.ask("subscribe", action="subscribe", symbols=[INFY, {"symbol": "TCS", "exchange": "NSE"}])
        return await program.ask("unsubscribe", action="unsubscribe_all")

    assert [row["symbol"] for row in play(scene)["successful"]] == ["INFY", "TCS"]


def test_a_ping_is_answered_with_what_it_carried():
    async def scene(wire):
        return await (await wire().accepted()).ask(action="ping", timestamp=17, _pingId="p")

    pong = play(scene)
    assert (pong["type"], pong["timestamp"], pong["_pingId"]) == ("pong", 17, "p")
    assert pong["server_timestamp"] > 10**12
