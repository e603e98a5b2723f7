"""Which proxies are trusted, and how a Django request finds its caller."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import RequestFactory

from security import checks, clientip

ATTACKER = "203.0.113.9"
PROXY = "10.0.0.2"


@pytest.fixture
def behind(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8"]
    settings.CLIENT_IP_HEADER = "x-forwarded-for"


@pytest.mark.parametrize(
    "text",
    ["10.0.0.0/7", "0.0.0.0/0", "2001::/31", "::/0", "10.0.0.1/8", "proxy.example", "10.0.0.0/8;10.1.0.0/16", "unix:/run/x"],
)
def test_a_proxy_range_that_is_none_or_too_wide_stops_the_start(settings, text):
    settings.TRUSTED_PROXIES = [text]
    with pytest.raises(ImproperlyConfigured, match="TRUSTED_PROXIES"):
        clientip.proxies()
    assert [each.id for each in checks.proxies(None)] == ["openalgo.E001"]


@pytest.mark.parametrize("text", ["x-forwarded-for,forwarded", "x_real_ip", "", "x real ip", "X-Real-IP", "none none"])
def test_a_header_setting_that_is_not_one_name_stops_the_start(settings, text):
    settings.CLIENT_IP_HEADER = text
    with pytest.raises(ImproperlyConfigured, match="CLIENT_IP_HEADER"):
        clientip.proxies()


@pytest.mark.parametrize(("ranges", "header"), [([], "forwarded"), (["10.0.0.2"], "none")])
def test_half_a_setting_is_warned_of(settings, ranges, header):
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ranges, header
    assert len(checks.proxies(None)) == 1


def test_the_whole_setting_passes_the_checks(behind):
    assert checks.proxies(None) == []


def test_a_django_request_is_resolved_from_what_the_server_says(behind):
    request = RequestFactory().get("/", REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=f"198.51.100.1, {ATTACKER}")
    assert clientip.of(request).address == ATTACKER


def test_a_django_request_keeps_the_caller_it_had():
    request = RequestFactory().get("/", REMOTE_ADDR=ATTACKER)
    first = clientip.of(request)
    request.META["REMOTE_ADDR"] = "198.51.100.1"
    assert clientip.of(request) is first
