"""Takes the pictures of the README anew: `python -m docs.screenshots` from the checkout, with Chromium installed."""

import os
from pathlib import Path

import httpx
from playwright.sync_api import sync_playwright

import tests.environment  # noqa: F401 - a data directory of its own
from tests.browser.visitor import PASSWORD, Visitor, visit
from tests.live import Live, live_server
from tests.paper_clock import daytime

FOLDER = Path(__file__).parent / "screenshots"
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
DESK = {"width": 1280, "height": 960}
PHONE = {"width": 360, "height": 740}
ORDERS = [
    ("RELIANCE", "BUY", 40, "CNC", "MARKET", 0),
    ("INFY", "BUY", 75, "CNC", "MARKET", 0),
    ("TCS", "BUY", 12, "CNC", "MARKET", 0),
    ("SBIN", "BUY", 200, "CNC", "LIMIT", 500),
    ("INFY", "SELL", 25, "CNC", "MARKET", 0),
    ("HDFCBANK", "BUY", 30, "CNC", "MARKET", 0),
]
BANS = [
    ("203.0.113.9", "10 distinct bad API keys", "24h"),
    ("198.51.100.0/24", "Scans from this network since Monday", "1w"),
    ("2001:db8:40:7::/64", "Probed 21 unknown addresses", "permanent"),
]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        live_server({"OWNER_PASSWORD": PASSWORD, "PAPER_CLOCK": daytime()}, second_port=False) as live,
        sync_playwright() as own,
    ):
        live.manage("create_owner", "owner", "owner@example.com")
        browser = own.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        with visit(browser, live.base) as visitor:
            visitor.log_in()
            furnish(live, visitor)
            cookies = visitor.page.context.storage_state()
        for scheme in ("light", "dark"):
            with visit(browser, live.base, storage_state=cookies, color_scheme=scheme, viewport=DESK) as visitor:
                shoot(visitor, "/", f"dashboard-{scheme}")
                if scheme == "light":
                    shoot(visitor, "/security/", "security")
                    shoot(visitor, "/keys/", "keys")
        with visit(browser, live.base, storage_state=cookies, color_scheme="dark", viewport=PHONE) as visitor:
            shoot(visitor, "/", "phone")
        browser.close()


def furnish(live: Live, visitor: Visitor) -> None:
    """Two keys, a handful of orders, a few bans."""
    visitor.create_key("Research notebook")
    token = visitor.create_key("Momentum strategy")
    for symbol, action, quantity, product, pricetype, price in ORDERS:
        wanted = {"symbol": symbol, "action": action, "quantity": quantity, "product": product, "pricetype": pricetype}
        fixed = {"apikey": token, "strategy": "Momentum", "exchange": "NSE", "price": price}
        httpx.post(f"{live.base}/api/v1/placeorder", json=wanted | fixed).raise_for_status()
    for cidr, reason, length in BANS:
        live.manage("ban_ip", cidr, "--reason", reason, "--for", length)


def shoot(visitor: Visitor, path: str, name: str) -> None:
    visitor.open(path)
    visitor.page.wait_for_load_state("networkidle")
    visitor.page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
