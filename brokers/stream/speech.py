"""What a program or page says over its socket, read into values; pure, and what it does not understand it refuses."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

MOST = 1000  # symbols of one message
DEPTHS = (5, 20, 30, 50)
LONGEST = 64  # characters of a symbol or an exchange
ECHOED = ("timestamp", "_pingId")


class Code(StrEnum):
    """What went wrong, by the words programs know."""

    AUTHENTICATION = "AUTHENTICATION_ERROR"
    NOT_AUTHENTICATED = "NOT_AUTHENTICATED"
    ACTION = "INVALID_ACTION"
    JSON = "INVALID_JSON"
    MODE = "INVALID_MODE"
    PARAMETERS = "INVALID_PARAMETERS"
    PROCESSING = "PROCESSING_ERROR"
    SERVER = "SERVER_ERROR"


class Misspoken(Exception):
    """The sentence for the error frame; the socket stays open."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


class View(IntEnum):
    """How much of an instrument's market a tick tells."""

    LTP = 1
    QUOTE = 2
    DEPTH = 3

    @property
    def word(self) -> str:
        return _WORDS[self]


_WORDS = {View.LTP: "LTP", View.QUOTE: "Quote", View.DEPTH: "Depth"}
_BY_WORD = {word.upper(): view for view, word in _WORDS.items()}
_BY_NUMBER = {int(view): view for view in View}


class Topic(NamedTuple):
    """One instrument seen in one way."""

    exchange: str
    symbol: str
    view: View


@dataclass(frozen=True, slots=True)
class Authenticate:
    key: object = field(repr=False)


@dataclass(frozen=True, slots=True)
class Subscribe:
    topics: list[Topic]
    request_id: Any


@dataclass(frozen=True, slots=True)
class Unsubscribe:
    topics: list[Topic]
    request_id: Any


@dataclass(frozen=True, slots=True)
class UnsubscribeAll:
    request_id: Any


@dataclass(frozen=True, slots=True)
class Orders:
    """Order updates, on or off."""

    on: bool
    request_id: Any


@dataclass(frozen=True, slots=True)
class Counters:
    """What the walls count, on or off; for operators' pages."""

    on: bool
    request_id: Any


@dataclass(frozen=True, slots=True)
class Ping:
    echo: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ask:
    """A question about the broker, by its action's name."""

    action: str


Message = Authenticate | Subscribe | Unsubscribe | UnsubscribeAll | Orders | Counters | Ping | Ask


def understand(fields: dict[str, Any]) -> Message:
    """Raises Misspoken."""
    action = fields.get("action") or fields.get("type")
    reader = _READERS.get(action) if isinstance(action, str) else None
    if reader is None:
        raise Misspoken(Code.ACTION, "The action is missing or unknown.")
    return reader(fields)


def _authenticate(fields: dict[str, Any]) -> Message:
    return Authenticate(fields.get("api_key") or fields.get("apikey"))


def _subscribe(fields: dict[str, Any]) -> Message:
    depth = fields.get("depth", DEPTHS[0])
    if isinstance(depth, bool) or depth not in DEPTHS:
        raise Misspoken(Code.PARAMETERS, "depth must be 5, 20, 30 or 50.")
    return Subscribe(_topics(fields), fields.get("request_id"))


_READERS: dict[str, Callable[[dict[str, Any]], Message]] = {
    "authenticate": _authenticate,
    "auth": _authenticate,
    "subscribe": _subscribe,
    "unsubscribe": lambda fields: Unsubscribe(_topics(fields), fields.get("request_id")),
    "unsubscribe_all": lambda fields: UnsubscribeAll(fields.get("request_id")),
    "subscribe_orders": lambda fields: Orders(on=True, request_id=fields.get("request_id")),
    "unsubscribe_orders": lambda fields: Orders(on=False, request_id=fields.get("request_id")),
    "subscribe_counters": lambda fields: Counters(on=True, request_id=fields.get("request_id")),
    "unsubscribe_counters": lambda fields: Counters(on=False, request_id=fields.get("request_id")),
    "ping": lambda fields: Ping({name: fields[name] for name in ECHOED if name in fields}),
    "get_broker_info": lambda _: Ask("get_broker_info"),
    "get_supported_brokers": lambda _: Ask("get_supported_brokers"),
}


def _topics(fields: dict[str, Any]) -> list[Topic]:
    """The one symbol, or the list; an entry's own mode goes before the message's."""
    entries = fields.get("symbols", [fields])
    if not isinstance(entries, list) or not entries:
        raise Misspoken(Code.PARAMETERS, "symbols must be a list of objects that is not empty.")
    if len(entries) > MOST:
        raise Misspoken(Code.PARAMETERS, f"A message may name {MOST} symbols at most.")
    common = fields.get("mode", View.QUOTE)
    return [_topic(entry, common) for entry in entries]


def _topic(entry: Any, common: Any) -> Topic:
    if not isinstance(entry, dict):
        raise Misspoken(Code.PARAMETERS, "An entry of symbols must be an object with symbol and exchange.")
    symbol, exchange = entry.get("symbol"), entry.get("exchange")
    for name, value in (("symbol", symbol), ("exchange", exchange)):
        if not isinstance(value, str) or not 0 < len(value) <= LONGEST:
            raise Misspoken(Code.PARAMETERS, f"{name} must be text of 1 to {LONGEST} characters.")
    return Topic(exchange=str(exchange), symbol=str(symbol), view=_view(entry.get("mode", common)))


def _view(mode: Any) -> View:
    if isinstance(mode, str):
        found = _BY_WORD.get(mode.upper())
    else:
        found = _BY_NUMBER.get(mode) if isinstance(mode, int) and not isinstance(mode, bool) else None
    if found is None:
        raise Misspoken(Code.MODE, "mode must be 1 (LTP), 2 (Quote) or 3 (Depth).")
    return found
