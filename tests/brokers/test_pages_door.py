"""The socket of a browser's page: opened by its session from this server's own pages alone, and gone with the session."""

from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts import passwords, sessions
from accounts.models import Session, Why
from brokers import consumers
from security import policy
from security.actors import COMMAND_LINE
from tests.conftest import PASSWORD
from tests.wire import in_thread, play

pytestmark = pytest.mark.django_db(transaction=True)

OWN = [(b"host", b"localhost"), (b"origin", b"http://localhost")]


def headers(browser: Client, origin: bytes = b"http://localhost"):
    cookie = f"theme=dark; {settings.SESSION_COOKIE_NAME}={browser.cookies[settings.SESSION_COOKIE_NAME].value}"
    return [(b"host", b"localhost"), (b"origin", origin), (b"cookie", cookie.encode())]


def live(wire, browser: Client, **more):
    return wire("/live/", headers=headers(browser, **more))


async def opened(wire, browser: Client):
    page = await live(wire, browser).accepted()
    assert (await page.frame())["type"] == "auth"
    return page


def closes_after(browser: Client, call, *args, **kwargs) -> int:
    """The code with which the page's socket is closed once that has happened elsewhere."""

    async def scene(wire):
        page = await opened(wire, browser)
        await in_thread(call, *args, **kwargs)
        return await page.code()

    return int(play(scene))


def test_the_session_opens_it_without_a_word(browser):
    async def scene(wire):
        return await (await live(wire, browser).accepted()).frame()

    frame = play(scene)
    assert (frame["type"], frame["status"], frame["user_id"]) == ("auth", "success", "owner")


def test_the_speech_behind_it_is_the_programs(browser):
    async def scene(wire):
        page = await opened(wire, browser)
        return await page.ask("market_data", action="subscribe", symbols=[{"symbol": "INFY", "exchange": "NSE"}], mode=1)

    assert play(scene)["symbol"] == "INFY"


@pytest.mark.parametrize("origin", [b"http://evil.example", b"https://localhost", b"null"])
def test_another_sites_page_is_refused_before_it_is_accepted(browser, origin):
    async def scene(wire):
        return await live(wire, browser, origin=origin).next()

    assert play(scene)["type"] == "websocket.close"


@pytest.mark.parametrize("cookie", [[], [(b"cookie", b"sessionid=")], [(b"cookie", b"sessionid=0123456789abcdef")]])
def test_without_a_live_session_it_is_refused(owner, cookie):
    async def scene(wire):
        return await wire("/live/", headers=[*OWN, *cookie]).next()

    assert play(scene)["type"] == "websocket.close"


def test_a_key_opens_nothing_here(browser, api_key):
    async def scene(wire):
        page = await opened(wire, browser)
        return await page.ask(action="authenticate", api_key=api_key)

    assert play(scene)["code"] == "INVALID_ACTION"


def test_logout_closes_it(browser):
    assert closes_after(browser, browser.post, "/logout/") == 4401


def test_an_end_by_command_closes_it(browser):
    assert closes_after(browser, lambda: sessions.end(Session.objects.all(), why=Why.COMMAND, by=COMMAND_LINE)) == 4401


def test_a_changed_password_closes_it(browser, owner):
    assert closes_after(browser, passwords.change, owner, "another good passphrase", by=COMMAND_LINE) == 4401


def test_a_password_set_in_any_other_way_closes_it(browser, owner):
    owner.set_password("another good passphrase")
    assert closes_after(browser, owner.save) == 4401


def test_a_disabled_account_closes_it(browser, owner):
    owner.is_active = False
    assert closes_after(browser, owner.save) == 4401


def test_somebody_elses_logout_does_not(browser, second_user):
    other = Client()
    other.post("/login/", {"username": "trader", "password": PASSWORD})

    async def scene(wire):
        page = await opened(wire, browser)
        await in_thread(other.post, "/logout/")
        return await page.ask(action="ping")

    assert play(scene)["type"] == "pong"


def test_the_boundary_of_the_day_closes_it(browser):
    end = Session.objects.get(user__isnull=False).expires

    async def boundary(wire):
        page = await opened(wire, browser)
        with time_machine.travel(end + timedelta(seconds=1)):
            return await page.code()

    assert play(boundary) == 4401


def test_a_session_that_goes_idle_closes_it(browser, monkeypatch):
    monkeypatch.setattr(consumers, "REFRESH", 0.01)

    def forget_it() -> None:
        Session.objects.update(last_seen=timezone.now() - timedelta(seconds=settings.SESSION_IDLE))

    assert closes_after(browser, forget_it) == 4401


def test_a_session_opens_as_many_sockets_as_the_policy_says(browser):
    policy.change({"sockets_session": 1}, by=COMMAND_LINE)

    async def scene(wire):
        await opened(wire, browser)
        second = await live(wire, browser).accepted()
        return await second.code()

    assert play(scene) == 4429
