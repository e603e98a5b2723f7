"""Takes the pictures of README and docs anew: `python -m docs.screenshots` from the checkout, with Chromium installed."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
from playwright.sync_api import Browser, ViewportSize, sync_playwright

import tests.environment  # noqa: F401 - a data directory of its own
from tests.browser.visitor import PASSWORD, Visitor, visit
from tests.live import Live, live_server
from tests.paper_clock import daytime

FOLDER = Path(__file__).parent / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESK: ViewportSize = {"width": 1280, "height": 960}
PHONE: ViewportSize = {"width": 360, "height": 740}
ORDERS = [
    ("RELIANCE", "BUY", 40, "CNC", "MARKET", 0),
    ("INFY", "BUY", 75, "CNC", "MARKET", 0),
    ("TCS", "BUY", 12, "CNC", "MARKET", 0),
    ("SBIN", "BUY", 200, "CNC", "LIMIT", 500),
    ("INFY", "SELL", 25, "CNC", "MARKET", 0),
    ("HDFCBANK", "BUY", 30, "CNC", "MARKET", 0),
]
BANS = [
    ("203.0.113.77", "Fraudulent sign-ups", "24h"),
    ("198.51.100.0/24", "Scans from this network since Monday", "1w"),
    ("2001:db8:40:7::/64", "Probed 21 unknown addresses", "permanent"),
]


WIDE: ViewportSize = {"width": 1440, "height": 1000}
LOOKS = [("", "light", WIDE), ("-dark", "dark", WIDE), ("-phone", "light", PHONE), ("-phone-dark", "dark", PHONE)]
PHONED = ("security", "security-address", "security-charts")
PATIENCE = 200  # looks at a page
BEHIND = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for", "RATE_LIMITS": "off"}
SCANNER, STROLLER, GUESSER = "203.0.113.9", "203.0.113.41", "192.0.2.23"
SCANNED = ["/wp-login.php", "/.env", "/phpmyadmin/", "/.git/config", "/vendor/phpunit/phpunit/src/Util/PHP/eval-stdin.php",
           "/actuator/env", "/cgi-bin/luci", "/backup.sql"]  # fmt: skip
DAY = """
import math, time
from datetime import datetime, UTC
from security import rollups
now = time.time()
for ago in range(24 * 60):
    at, wave = now - 60 * ago, 1.3 + math.sin(ago / 170) + 0.2 * math.sin(ago * 7)
    own, storm = [0] * 24 + [int(40 * wave), int(90 * wave), 30, 9, 4, 2, 1], 400 if 300 < ago < 330 or 20 < ago < 26 else 0
    calls = rollups.Sums(requests=sum(own), not_found=3, bad_keys=2 + storm // 40, own=own)
    gate = rollups.Sums(requests=0, refused=storm + int(6 * wave), bans=int(storm > 0 and ago % 9 == 0))
    start = rollups.minute_of(at)
    rollups.add({(start, rollups.Group.API): calls, (start, rollups.Group.GATE): gate})
"""
WALLS = {
    "security": "/security/",
    "security-address": f"/security/address/?q={STROLLER}",
    "security-suspects": "/security/suspects/",
    "security-charts": "/security/charts/?span=day",
    "security-logs": "/logs/",
    "security-policy": "/security/policy/",
    "security-exchange": "/security/exchange/",
}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as own:
        browser = own.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        trading(browser)
        walls(browser)
        browser.close()


def trading(browser: Browser) -> None:
    with served({"PAPER_CLOCK": daytime()}) as live:
        with visit(browser, live.base) as visitor:
            visitor.log_in()
            furnish(live, visitor)
            cookies = visitor.page.context.storage_state()
        for scheme in ("light", "dark"):
            with visit(browser, live.base, storage_state=cookies, color_scheme=scheme, viewport=DESK) as visitor:
                shoot(visitor, "/", f"dashboard-{scheme}")
                if scheme == "light":
                    shoot(visitor, "/keys/", "keys")
        with visit(browser, live.base, storage_state=cookies, color_scheme="dark", viewport=PHONE) as visitor:
            shoot(visitor, "/", "phone")


def walls(browser: Browser, folder: Path = FOLDER, looks: Sequence[tuple[str, str, ViewportSize]] = LOOKS) -> None:
    """The security pages of a server that attackers called at; a look is a suffix, a colour scheme and a size."""
    with served(BEHIND) as live:
        with visit(browser, live.base) as visitor:
            visitor.log_in()
            besiege(live, visitor)
            cookies = visitor.page.context.storage_state()
        for suffix, scheme, size in looks:
            with visit(browser, live.base, storage_state=cookies, color_scheme=scheme, viewport=size) as visitor:
                for name, path in WALLS.items():
                    if size is not PHONE or name in PHONED:
                        shoot(visitor, path, f"{name}{suffix}", folder)


@contextmanager
def served(env: dict[str, str]) -> Iterator[Live]:
    with live_server({"OWNER_PASSWORD": PASSWORD, **env}, second_port=False) as live:
        live.manage("create_owner", "owner", "owner@example.com")
        yield live


def besiege(live: Live, visitor: Visitor) -> None:
    """A few bans, a scan, a stroll past some doors, guesses at keys, and a program that calls all the while."""
    token = visitor.create_key("Momentum strategy")
    for cidr, reason, length in BANS:
        live.manage("ban_ip", cidr, "--reason", reason, "--for", length)
    live.manage("shell", "-c", DAY)
    ask(live, STROLLER, SCANNED[0])
    ask(live, SCANNER, *SCANNED, *SCANNED)
    for number in range(12):
        call(live, GUESSER, f"{number:064x}")
        call(live, "192.0.2.80", token)
    for _ in range(PATIENCE):
        visitor.open(f"/logs/?subject={GUESSER}")
        if visitor.page.get_by_role("table").count():
            return
    raise RuntimeError("The trail never told of the guesser.")


def ask(live: Live, address: str, *paths: str) -> None:
    for path in paths:
        httpx.get(live.base + path, headers={"X-Forwarded-For": address})


def call(live: Live, address: str, token: str) -> None:
    httpx.post(f"{live.base}/api/v1/ping", json={"apikey": token}, headers={"X-Forwarded-For": address})


def furnish(live: Live, visitor: Visitor) -> None:
    """Two keys, a handful of orders."""
    visitor.create_key("Research notebook")
    token = visitor.create_key("Momentum strategy")
    for symbol, action, quantity, product, pricetype, price in ORDERS:
        wanted = {"symbol": symbol, "action": action, "quantity": quantity, "product": product, "pricetype": pricetype}
        fixed = {"apikey": token, "strategy": "Momentum", "exchange": "NSE", "price": price}
        httpx.post(f"{live.base}/api/v1/placeorder", json=wanted | fixed).raise_for_status()


def shoot(visitor: Visitor, path: str, name: str, folder: Path = FOLDER) -> None:
    visitor.open(path)
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.screenshot(path=folder / f"{name}.png", full_page=folder != FOLDER)


if __name__ == "__main__":
    main()
