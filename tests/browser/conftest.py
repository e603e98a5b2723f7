"""Chromium and servers, one of each a module: while Playwright runs, Django's ORM is closed to this thread."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, StorageState, sync_playwright

from tests.browser.visitor import PASSWORD, Visitor, visit
from tests.live import Live, live_server

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"no Chromium at {CHROMIUM}: set CHROMIUM")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def owned(chromium: Browser) -> Iterator[Live]:
    """A server with an owner; nobody is slowed down, so that many pages can be looked at."""
    with live_server({"OWNER_PASSWORD": PASSWORD, "RATE_LIMITS": "off"}, second_port=False) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


@pytest.fixture
def visitor(chromium: Browser, owned: Live) -> Iterator[Visitor]:
    """A stranger before that server, whose browser must not complain."""
    with visit(chromium, owned.base) as visitor:
        yield visitor
        assert visitor.complaints == []


@pytest.fixture(scope="module")
def cookies(chromium: Browser, owned: Live) -> StorageState:
    """The owner's, from one login for all."""
    with visit(chromium, owned.base) as visitor:
        visitor.log_in()
        visitor.page.wait_for_url(f"{owned.base}/")
        return visitor.page.context.storage_state()


@pytest.fixture
def owner_browser(chromium: Browser, owned: Live, cookies: StorageState) -> Iterator[Visitor]:
    """The owner on the dashboard; this browser must not complain either."""
    with visit(chromium, owned.base, storage_state=cookies) as visitor:
        visitor.open("/")
        yield visitor
        assert visitor.complaints == []


@pytest.fixture
def plain(chromium: Browser, owned: Live) -> Iterator[Visitor]:
    """A stranger whose browser runs no script."""
    with visit(chromium, owned.base, java_script_enabled=False) as visitor:
        yield visitor
