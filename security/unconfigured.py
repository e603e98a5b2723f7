"""A proxy that no setting names: all callers look like one private address; alarms, and bans nobody."""

import time
from pathlib import Path

import psycopg
from django.db import connection

from security import alerts, clientip
from security.addresses import LOCAL, NON_GLOBAL, is_in
from security.alerts import Alarm
from security.clientip import Caller

EVERY = 10.0  # seconds between two looks
WINDOW = 600.0  # seconds in which nobody else may have called
REQUESTS = 20  # with a forwarding header
PATIENCE = 2  # seconds that `check` waits for a database server


class _Window:
    """Who called since it opened."""

    __slots__ = ("mixed", "opened", "peer", "requests")

    def __init__(self) -> None:
        self.opened = time.monotonic()
        self.peer, self.requests, self.mixed = "", 0, False


_now = {"window": _Window()}


def note(caller: Caller) -> None:
    """One request at the gatehouse. Without a header from this machine it says nothing: so ask health checks."""
    window = _now["window"]
    if window.mixed:
        return
    if caller.spoofed and caller.peer == (window.peer or caller.peer):
        window.peer = caller.peer
        window.requests += 1
    elif caller.spoofed or not is_in(LOCAL, caller.address):
        window.mixed = True


def look() -> None:
    """The pulse's: sound the alarm where everybody comes by one private address that names others."""
    window = _now["window"]
    if _is_configured():
        return
    if window.requests >= REQUESTS and not window.mixed and _is_private(window.peer):
        alerts.sound(Alarm.UNCONFIGURED_PROXY, sentence(window.peer), about=window.peer)
    elif time.monotonic() - window.opened < WINDOW:
        return
    forget()


def peer() -> str | None:
    """Behind which address a proxy seems to stand that nobody configured: the open alert of any process."""
    if _is_configured():
        return None
    return alerts.standing().filter(kind=Alarm.UNCONFIGURED_PROXY).values_list("about", flat=True).first()


def peer_if_readable() -> str | None:
    """The same for `check`, which must not fail, nor wait, where there is no database yet."""
    try:
        return peer() if not _is_configured() and _answers() else None
    except Exception:  # noqa: BLE001 - no tables, no file, no server: nothing was noticed
        return None


def sentence(peer: str) -> str:
    return (
        f"All requests come from {peer} and name other callers: a proxy stands there that TRUSTED_PROXIES does not name, so"
        " that all callers are taken for one. Set TRUSTED_PROXIES and CLIENT_IP_HEADER."
    )


def forget() -> None:
    """Look anew."""
    _now["window"] = _Window()


def _is_configured() -> bool:
    trusted = clientip.proxies()
    return bool(trusted.ranges or trusted.unix)


def _is_private(peer: str) -> bool:
    return peer == clientip.UNIX or is_in(NON_GLOBAL, peer.partition("%")[0])


def _answers() -> bool:
    if connection.vendor == "sqlite":
        return Path(connection.settings_dict["NAME"]).exists()
    with psycopg.connect(**connection.get_connection_params() | {"connect_timeout": PATIENCE}):
        return True
