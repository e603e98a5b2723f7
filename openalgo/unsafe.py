"""Settings that `serve` refuses to start with: each would open the house, or keep its owner out, without a word."""

import ipaddress
import socket
from collections.abc import Iterator

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from security import clientip


def refusals(host: str) -> Iterator[str]:
    """One sentence for each reason not to serve on this host."""
    if not is_loopback(host):
        yield from _beyond_loopback(host)
    try:
        proxies = clientip.proxies()
    except ImproperlyConfigured as error:
        yield str(error)
        return
    if settings.HTTPS and not (proxies.header and (proxies.ranges or proxies.unix)):
        yield (
            "PUBLIC_BASE_URL is https, so a proxy must speak TLS for this server: name it in TRUSTED_PROXIES and its header "
            "in CLIENT_IP_HEADER, or every page would redirect to itself."
        )


def is_loopback(host: str) -> bool:
    """Do all addresses of the host stay on this machine?"""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return all(ipaddress.ip_address(str(entry[4][0]).partition("%")[0]).is_loopback for entry in found)


def _beyond_loopback(host: str) -> Iterator[str]:
    if settings.DEBUG:
        yield f"DEBUG=on shows the inside of the server to whoever reaches {host}; use it on 127.0.0.1 only."
    if settings.RATE_LIMITS == "off":
        yield f"RATE_LIMITS=off is for benchmarks on 127.0.0.1, not for {host}."
    if settings.PAPER_CLOCK:
        yield f"PAPER_CLOCK moves the market's clock; it is for tests on 127.0.0.1, not for {host}."
