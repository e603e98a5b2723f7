"""What the walls count, over the socket of an operator's page: each second, for all processes, and for nobody else."""

import asyncio
import re
from itertools import chain, repeat
from unittest.mock import Mock

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from brokers.stream import conversation, listener
from security import bans, board, roster
from security.actors import COMMAND_LINE
from security.meter import meter
from security.models import Action, Process
from tests.brokers.test_pages_door import opened
from tests.conftest import PASSWORD
from tests.wire import entered, in_thread, play

pytestmark = pytest.mark.django_db(transaction=True)

ON, OFF = {"action": "subscribe_counters"}, {"action": "unsubscribe_counters"}
NAMES = {"requests", "refusals", "sockets", "bans", "bad_keys", "probes", "processes"}
ELSEWHERE = {"requests": 12.5, "refusals": 3, "bad_keys": 2, "probes": 4, "held": 7}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr(board, "EVERY", 0.01)


@pytest.fixture
def elsewhere(db) -> Process:
    """Another process, and what it counts."""
    return Process.objects.create(name="there:7:0", at=Now(), **ELSEWHERE)


def scene_of(browser: Client, *asked, kind: str):
    """What a page hears of a kind once it asked for something."""

    async def scene(wire):
        page = await opened(wire, browser)
        for each in asked:
            page.say(each)
        return await page.frame(kind)

    return scene


def test_an_operators_page_hears_what_all_processes_count(browser, elsewhere):
    meter.bad_key()
    roster.write()
    data = play(scene_of(browser, ON, kind="counters"))["data"]
    assert data == {"requests": 12.5, "refusals": 3, "sockets": 7, "bans": 0, "bad_keys": 3, "probes": 4, "processes": 2}


def test_the_subscription_is_acknowledged_with_its_number(browser):
    answer = play(scene_of(browser, ON | {"request_id": "r1"}, kind="subscribe_counters"))
    assert (answer["status"], answer["request_id"]) == ("success", "r1")


def test_what_changes_is_heard_without_asking(browser, elsewhere):
    async def scene(wire):
        page = await opened(wire, browser)
        await page.ask("counters", **ON)
        await in_thread(Process.objects.update, probes=41)
        while (await page.frame("counters"))["data"]["probes"] != 41:
            pass

    play(scene)


def test_a_traders_page_is_refused_with_a_sentence(browser, owner):
    owner.role = Role.TRADER
    owner.save()
    answer = play(scene_of(browser, ON, kind="error"))
    assert "operators' pages" in answer["message"]


def test_a_program_is_refused_though_its_key_is_the_owners(api_key):
    async def scene(wire):
        return await (await entered(wire(), api_key)).ask("error", **ON)

    assert "operators' pages" in play(scene)["message"]


def test_who_is_no_operator_any_more_hears_no_more(browser, owner, monkeypatch):
    def demote() -> None:
        owner.role = Role.TRADER
        owner.save()

    async def scene(wire):
        page = await opened(wire, browser)
        await page.ask("counters", **ON)
        left = asyncio.Event()
        monkeypatch.setattr(board.board, "leave", lambda _: left.set())
        await in_thread(demote)
        await left.wait()

    play(scene)


def test_who_wants_no_more_is_told_no_more(browser):
    async def scene(wire):
        page = await opened(wire, browser)
        await page.ask("counters", **ON)
        answer = await page.ask("unsubscribe_counters", **OFF)
        return answer["status"], len(board.board._watchers)

    assert play(scene) == ("success", 0)


def test_who_hung_up_is_watched_for_no_more(browser):
    async def scene(wire):
        page = await opened(wire, browser)
        await page.ask("counters", **ON)
        await page.end()

    play(scene)
    assert not board.board._watchers


def test_a_page_that_watches_is_not_idle(browser, armed, monkeypatch):
    async def scene(wire):
        page = await opened(wire, browser)
        await page.ask("counters", **ON)
        look = armed[conversation.IDLE]
        monkeypatch.setattr(conversation, "IDLE", 0.0)
        look()
        return await page.ask("pong", action="ping")

    assert play(scene)["type"] == "pong"


def test_counters_are_one_of_the_subscriptions(browser, monkeypatch):
    monkeypatch.setattr(listener, "MOST", 1)
    assert "room" in play(scene_of(browser, {"action": "subscribe_orders"}, ON, kind="error"))["message"]


def test_several_watchers_cost_one_reading(browser, monkeypatch):
    read = Mock(wraps=board.figures)
    monkeypatch.setattr(board, "EVERY", 3600.0)
    monkeypatch.setattr(board, "figures", read)

    async def scene(wire):
        pages = [await opened(wire, browser) for _ in range(3)]
        for page in pages:
            await page.ask("subscribe_counters", **ON)
        await pages[0].frame("counters")

    play(scene)
    assert read.call_count == 1


def test_bans_and_throttles_in_force_are_counted(db):
    for number, action in enumerate((Action.BAN, Action.THROTTLE)):
        bans.ban(f"203.0.113.{number}", reason="r", origin="command", by=COMMAND_LINE, duration=None, action=action)
    bans.lift("203.0.113.0", by=COMMAND_LINE)
    assert board.figures().bans == 1


def test_the_figures_are_one_query(elsewhere):
    with CaptureQueriesContext(connection) as queries:
        board.figures()
    assert len(queries) == 1


def test_a_reading_that_fails_is_tried_again(browser, monkeypatch):
    monkeypatch.setattr(board, "figures", Mock(side_effect=chain([OSError("gone")], repeat(board.figures()))))
    assert set(play(scene_of(browser, ON, kind="counters"))["data"]) == NAMES


@pytest.mark.parametrize("path", ["/security/", "/security/sockets/"])
def test_the_pages_show_the_same_without_a_script(elsewhere, owner, path):
    client = Client()
    client.post("/login/", {"username": "owner", "password": PASSWORD})
    page = client.get(path).content.decode()
    shown = dict(re.findall(r'data-counter="(\w+)">\s*([\d.]+)\s*<', page))
    assert (set(shown), shown["requests"], shown["sockets"]) == (NAMES, "12.5", "7")
