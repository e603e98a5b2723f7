"""What the banned and the unreadable are told, and how often each ban was met by this process."""

import itertools
import json
import logging
import secrets
import time
from dataclasses import dataclass
from typing import NamedTuple

from security.addresses import Network
from security.paths import is_api

logger = logging.getLogger(__name__)

MAX_REMEMBERED = 10_000
SILENCE = 60.0  # seconds between two lines about headers that cannot be read: a caller may be able to write them
BANNED = "Access from this address is suspended."
UNREADABLE = "The request could not be understood."


class Answer(NamedTuple):
    status: int
    content_type: bytes
    body: bytes


@dataclass(slots=True)
class Met:
    """One ban as this process met it: the answers with its incident id, ready made, and how often they were given."""

    incident: str
    text: Answer
    json: Answer
    count: int = 0


_met: dict[Network, Met] = {}
_prefix = secrets.token_hex(3)
_alarm = {"silent_until": 0.0}
_numbers = itertools.count(1)


def banned(network: Network, *, path: str) -> Answer:
    met = _met.get(network) or _first(network)
    met.count += 1
    return met.json if is_api(path) else met.text


def unreadable(why: str, *, path: str) -> Answer:
    incident = _incident()
    if time.monotonic() >= _alarm["silent_until"]:
        _alarm["silent_until"] = time.monotonic() + SILENCE
        logger.warning("incident %s: answered 400, %s", incident, why)
    return _json(400, UNREADABLE, incident) if is_api(path) else _text(400, UNREADABLE, incident)


def counted(network: Network) -> int:
    """How often this process refused a caller under a ban."""
    met = _met.get(network)
    return met.count if met else 0


def forget() -> None:
    """Start counting anew."""
    _met.clear()
    _alarm["silent_until"] = 0.0


def _first(network: Network) -> Met:
    """One line in the log per ban, by which its incident id can be found; the next ones only count."""
    if len(_met) >= MAX_REMEMBERED:
        _met.pop(next(iter(_met)), None)
    incident = _incident()
    logger.info("incident %s: refused by the ban of %s", incident, network)
    return _met.setdefault(network, Met(incident, _text(403, BANNED, incident), _json(403, BANNED, incident)))


def _incident() -> str:
    return f"{_prefix}{next(_numbers):06x}"


def _json(status: int, sentence: str, incident: str) -> Answer:
    body = json.dumps({"status": "error", "message": sentence, "incident": incident})
    return Answer(status, b"application/json", body.encode())


def _text(status: int, sentence: str, incident: str) -> Answer:
    return Answer(status, b"text/plain; charset=utf-8", f"{sentence} Incident {incident}\n".encode())
