"""Somebody at a browser: what they do on our pages, and what the browser complained about meanwhile."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request

PASSWORD = "correct horse battery staple"


@dataclass
class Visitor:
    """`complaints` holds every console warning or error (CSP violations among them) and every request to another host.

    What a test provokes it pardons beforehand: the browser reports when it likes, also after the page was seen.
    """

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list)
    pardoned: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"{self.page.url}: {error}"))
        self.page.on("request", self._asked)

    def pardon(self, text: str) -> None:
        """A complaint with these words is none, from now on."""
        self.pardoned.append(text)

    def open(self, path: str) -> None:
        self.page.goto(self.base + path)

    def send(self, button: str, **fields: str) -> None:
        """Fill the named fields and press the button."""
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)
        self.page.get_by_role("button", name=button, exact=True).click()

    def set_up(self, link: str) -> None:
        self.open(urlsplit(link).path)
        self.send("Create the owner", username="owner", email="owner@example.com", password=PASSWORD, password_repeat=PASSWORD)
        self.page.wait_for_url(f"{self.base}/")

    def log_in(self, password: str = PASSWORD) -> None:
        self.open("/login/")
        self.send("Log in", username="owner", password=password)

    def create_key(self, name: str) -> str:
        """The token, as the page shows it once."""
        self.open("/keys/")
        self.send("Create key", name=name)
        return self.page.get_by_role("textbox", name=f"Key {name}").input_value()

    def fill_ticket(self, symbol: str, exchange: str = "NSE", **fields: str) -> None:
        """Everything but the button; what is not named stays as the ticket begins."""
        self.open(f"/trade/{exchange}/{symbol}/")
        for name, value in fields.items():
            if name in ("action", "pricetype", "product"):
                self.page.locator(f"[name={name}][value='{value}']").check()
            else:
                self.page.locator(f"[name={name}]").fill(value)

    def place(self) -> str:
        """Press the button of the ticket; the order's id."""
        self.page.locator("button.place").click()
        self.page.wait_for_url(re.compile(r"/orders/\d+/$"))
        return self.page.url.rstrip("/").rpartition("/")[2]

    def ban(self, address: str) -> None:
        self.open("/security/")
        self.send("Ban", address=address, reason="scans")

    def overflow(self) -> int:
        """Pixels by which the page is wider than the window."""
        return int(self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(text in message.text for text in self.pardoned):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _asked(self, request: Request) -> None:
        target = urlsplit(request.url)
        if target.scheme != "data" and target.netloc != urlsplit(self.base).netloc:
            self.complaints.append(f"{self.page.url} asked {request.url}")


@contextmanager
def visit(browser: Browser, base: str, **context: Any) -> Iterator[Visitor]:
    """A browser of one's own, without any cookie, until the block ends."""
    own = browser.new_context(**context)
    own.set_default_timeout(15_000)
    visitor = Visitor(own.new_page(), base)
    visitor.watch()
    try:
        yield visitor
    finally:
        own.close()
