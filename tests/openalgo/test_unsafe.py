"""What `serve` refuses to start with."""

import os
from io import StringIO
from typing import Any

import pytest

from openalgo import unsafe
from openalgo.management.commands import serve

OUTSIDE = "203.0.113.1"
PROXY = {"TRUSTED_PROXIES": ["127.0.0.1/32"], "CLIENT_IP_HEADER": "x-forwarded-for"}


def said(settings: Any, host: str, values: dict[str, Any]) -> str:
    for name, value in values.items():
        setattr(settings, name, value)
    return " ".join(unsafe.refusals(host))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"DEBUG": True}, "DEBUG=on"),
        ({"RATE_LIMITS": "off"}, "RATE_LIMITS=off"),
        ({"PAPER_CLOCK": "PT5H30M"}, "PAPER_CLOCK"),
    ],
)
def test_some_settings_are_for_loopback_only(settings, values, sentence):
    assert sentence in said(settings, OUTSIDE, values)
    assert not said(settings, "127.0.0.1", values)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_it_knows_loopback(host):
    assert unsafe.is_loopback(host)


@pytest.mark.parametrize("host", [OUTSIDE, "0.0.0.0", "::", "no.such.host.invalid", ""])  # noqa: S104 - a host, not bound
def test_everything_else_is_outside(host):
    assert not unsafe.is_loopback(host)


@pytest.mark.parametrize("proxies", [["10.0.0.0/7"], ["2001:db8::/31"], ["proxy"], ["10.0.0.1/8"]])
def test_a_proxy_range_that_is_malformed_or_too_wide_is_named(settings, proxies):
    assert "TRUSTED_PROXIES" in said(settings, "127.0.0.1", {"TRUSTED_PROXIES": proxies})


@pytest.mark.parametrize(
    "values", [{}, {"TRUSTED_PROXIES": PROXY["TRUSTED_PROXIES"]}, {"CLIENT_IP_HEADER": PROXY["CLIENT_IP_HEADER"]}]
)
def test_https_needs_a_proxy_that_is_trusted(settings, values):
    assert "redirect to itself" in said(settings, "127.0.0.1", {"HTTPS": True, **values})


def test_https_behind_a_trusted_proxy_is_fine(settings):
    assert not said(settings, OUTSIDE, {"HTTPS": True, **PROXY})


@pytest.mark.parametrize(("user", "warnings"), [(0, 1), (1000, 0)])
def test_as_root_it_only_warns(monkeypatch, user, warnings):
    monkeypatch.setattr(os, "geteuid", lambda: user)
    command = serve.Command(stderr=StringIO())
    command._warn("127.0.0.1")
    assert str(command.stderr.getvalue()).count("Running as root") == warnings
