"""Whether a WebSocket handshake comes from a page of this very server; browsers name the page, and in doubt it does not."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.http.request import split_domain_port, validate_host

SCHEMES = {"ws": "http", "wss": "https", "http": "http", "https": "https"}
PORTS = {"http": "80", "https": "443"}


def is_own(scope: Mapping[str, Any]) -> bool:
    """Is the one Origin this server's scheme, host and port, as the caller or a trusted proxy names them?"""
    origins, hosts = _named(scope, b"origin"), _named(scope, b"host")
    if len(origins) != 1 or len(hosts) != 1:
        return False
    domain, _ = split_domain_port(hosts[0])
    if not domain or not validate_host(domain, settings.ALLOWED_HOSTS):
        return False
    scheme = SCHEMES[scope["scheme"]]
    return _spelled(origins[0]) == _spelled(f"{scheme}://{hosts[0]}")


def is_foreign(scope: Mapping[str, Any]) -> bool:
    """Does a browser say that another site's page asks? Its visitor must not answer for that."""
    return bool(_named(scope, b"origin")) and not is_own(scope)


def _named(scope: Mapping[str, Any], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in scope["headers"] if key == name]


def _spelled(origin: str) -> str:
    """In lower case, a scheme's own port left out."""
    scheme, _, rest = origin.lower().partition("://")
    return f"{scheme}://{rest.removesuffix(':' + PORTS.get(scheme, ''))}"
