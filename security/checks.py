"""System checks of the walls: a setting that would open them stops the start with its sentence."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's own word
from django.core.exceptions import ImproperlyConfigured

from security import clientip, unconfigured


def install() -> None:
    register(proxies)
    register(unconfigured_proxy)


def proxies(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """TRUSTED_PROXIES and CLIENT_IP_HEADER can be read, and neither stands alone."""
    try:
        found = clientip.proxies()
    except ImproperlyConfigured as error:
        return [Error(str(error), id="openalgo.E001")]
    if found.header and not (found.ranges or found.unix):
        return [Warning("CLIENT_IP_HEADER is set but TRUSTED_PROXIES is empty: the header is ignored.", id="openalgo.W001")]
    if (found.ranges or found.unix) and not found.header:
        return [Warning("TRUSTED_PROXIES without a CLIENT_IP_HEADER: all behind a proxy are one.", id="openalgo.W002")]
    return []


def unconfigured_proxy(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[CheckMessage]:
    """What the running server noticed of a proxy that nobody named."""
    if proxies(None):
        return []
    peer = unconfigured.peer_if_readable()
    return [Warning(unconfigured.sentence(peer), id="openalgo.W003")] if peer else []
