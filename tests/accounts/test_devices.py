"""Browsers are called by names that people know."""

import pytest

from accounts.devices import named

CHROMIUM = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
AGENTS = {
    CHROMIUM: "Chrome on Linux",
    CHROMIUM + " Edg/142.0.0.0": "Edge on Linux",
    CHROMIUM + " OPR/120.0.0.0": "Opera on Linux",
    "Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox on Linux",
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile Safari/537.36":
        "Chrome on Android",
    "Mozilla/5.0 (Linux; Android 14; SAMSUNG SM-S921B) SamsungBrowser/25.0 Chrome/121.0 Mobile Safari/537.36":
        "Samsung Internet on Android",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) Version/18.1 Mobile Safari/604.1":
        "Safari on iPhone",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Safari/605.1.15":
        "Safari on macOS",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0": "Firefox on Windows",
}  # fmt: skip


@pytest.mark.parametrize(("agent", "name"), AGENTS.items())
def test_a_browser_is_named_with_its_system(agent, name):
    assert named(agent) == name


@pytest.mark.parametrize("agent", ["", "curl/8.9", "python-httpx/0.28", "Firefox/145.0", "Linux"])
def test_what_is_unknown_stays_as_it_came(agent):
    assert named(agent) == agent
