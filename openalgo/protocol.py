"""uvicorn's HTTP protocol with an anteroom: whoever does not say in time what they want is shown out."""

import asyncio
from enum import Enum
from typing import TypeVar

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from security import addresses, clientip, policy, proofs
from security.addresses import Address, Neighbours
from security.sockets import ABORT

HEADER_DEADLINE = 5.0  # seconds for a header, from the connection or from its first byte
HEADER_BYTES = 64 * 1024
DROPPED_BYTES = 4 * HEADER_BYTES  # of a header that was refused, read all the same: a reset would overtake the answer
BYTES_PER_BODY_BYTE = 8  # a chunk of one byte takes six
UNANNOUNCED = 64  # connections of one subject whose first header is not complete
KEPT = 256  # connections of one subject between two requests
REQUESTS = 2048  # connections beside the sockets: uvicorn counts both, and answers 503 beyond
KEEP_ALIVE, KEEP_ALIVE_OF_PROXIES = 20, 180  # seconds; longer than our clients keep theirs, and than a proxy does
TOO_LONG = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nContent-Type: text/plain\r\nContent-Length: 24\r\n"
    b"Connection: close\r\n\r\nThe header is too long.\n"
)


Name = TypeVar("Name")
Waiting = dict["Protocol", None]  # oldest first


class Anteroom:
    """Connections, by subject, that wait for a header; at the cap the oldest makes way for the newest."""

    def __init__(self, most: int = UNANNOUNCED) -> None:
        self._most = most
        self._waiting: dict[str, Waiting] = {}
        self._networks: dict[Neighbours, Waiting] = {}

    def enter(self, protocol: "Protocol", peer: Address) -> None:
        self._networks.setdefault(peer.neighbours, {})[protocol] = None
        waiting = self._waiting.setdefault(peer.subject, {})
        waiting[protocol] = None
        if len(waiting) > self._most:
            next(iter(waiting)).cut()

    def leave(self, protocol: "Protocol", peer: Address) -> None:
        _leave(self._waiting, peer.subject, protocol)
        _leave(self._networks, peer.neighbours, protocol)

    def most(self) -> "Waiting":
        """Those of the /24 or /48 that has most here, oldest first: one who holds a whole network counts once."""
        return max(self._networks.values(), key=len, default={})


# Of both ports; touched by the event loop only
anteroom = Anteroom()  # for the first header
lounge = Anteroom(KEPT)  # for the next: one subject that kept them all would leave nobody a connection
known = Anteroom(KEPT)  # the same for who proved themselves lately


def make_way() -> None:
    """Where all connections are taken: of the network with most that only wait, the oldest goes; strangers first."""
    waiting = max(anteroom.most(), lounge.most(), key=len) or known.most()
    if waiting:
        next(iter(waiting)).cut()


def _leave(places: "dict[Name, Waiting]", name: "Name", protocol: "Protocol") -> None:
    waiting = places.get(name, {})
    waiting.pop(protocol, None)
    if not waiting:
        places.pop(name, None)


class Phase(Enum):
    IDLE = "between two requests"
    HEADER = "a header has begun"
    BODY = "a body may follow"
    REFUSED = "the header was too long, and its sender is told so"


class Protocol(HttpToolsProtocol):
    """Cuts a connection at the deadline or the byte budget of each header, and at the cap of its subject's first ones."""

    _phase = Phase.HEADER
    _header_bytes = 0
    _body_bytes_left = 0  # what may still come between header and end, chunk sizes and trailers with it
    _timer: asyncio.TimerHandle | None = None
    _peer: Address | None = None  # unless a proxy of ours stands there
    _place: Anteroom | None = None  # where it waits
    _begun = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.limit_concurrency = policy.current().sockets_all + REQUESTS
        peer = self.client[0] if self.client else clientip.UNIX
        if peer == clientip.UNIX or clientip.is_trusted(peer):
            self.timeout_keep_alive = KEEP_ALIVE_OF_PROXIES
        else:
            self.timeout_keep_alive = KEEP_ALIVE
            if len(self.connections) >= self.limit_concurrency:
                make_way()
            self._peer = addresses.parse(peer.partition("%")[0])
            self._wait_in(anteroom)
        self._arm()

    def connection_lost(self, exc: Exception | None) -> None:
        self._announced()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._begun = False
        if self._phase is Phase.BODY:
            self._body_bytes_left -= len(data)
        elif self._phase is not Phase.IDLE:
            self._header_bytes += len(data)
        if self._phase is not Phase.REFUSED:
            super().data_received(data)
        self._limit()

    def _limit(self) -> None:
        if self._phase is Phase.REFUSED:
            if self._header_bytes > DROPPED_BYTES:
                self.cut()
        elif self._header_bytes > HEADER_BYTES:
            self._refuse()
        elif self._phase is Phase.BODY and self._body_bytes_left < 0:
            self.cut()
        elif self._phase is Phase.HEADER or self._is_noise():
            self._arm()

    def send_400_response(self, msg: str) -> None:
        if self._phase is Phase.REFUSED:
            self._refuse()
        else:
            super().send_400_response(msg)

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["extensions"] = {ABORT: {"call": self.transport.abort, "is_over": self.transport.is_closing}}
        self._phase, self._begun = Phase.HEADER, True

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._phase is Phase.HEADER:  # a trailer is none: it comes after the header that a proxy looked at and completed
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > HEADER_BYTES:
            self._phase = Phase.REFUSED
            raise ValueError("The header is longer than its budget.")  # the parser stops, and a 400 is asked for
        self._phase, self._header_bytes, self._body_bytes_left = Phase.BODY, 0, HEADER_BYTES
        self._announced()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        self._body_bytes_left += BYTES_PER_BODY_BYTE * len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        super().on_message_complete()
        self._phase = Phase.IDLE
        self._disarm()
        self._rest()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self._phase is Phase.BODY and not self._is_busy():
            self._arm()  # answered before its body came, which nobody reads: it could drip for ever
        self._rest()

    def cut(self) -> None:
        if self.flow.read_paused:
            self._timer = None
            self._arm()  # its bytes wait in the kernel because we are busy with its earlier requests
            return
        self._announced()
        self.transport.abort()

    def _refuse(self) -> None:
        """Answered, then cut at the header's deadline or beyond DROPPED_BYTES; behind an answer under way cut at once."""
        self._phase = Phase.REFUSED
        if self._is_busy():
            self.cut()
        elif not self.transport.is_closing():
            self.transport.write(TOO_LONG)
            self.transport.write_eof()
            self._arm()

    def _is_busy(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _is_noise(self) -> bool:
        """Line breaks between requests begin none, but they stop uvicorn's keep-alive clock."""
        return self._phase is Phase.IDLE and not self._begun and not self._is_busy()

    def _arm(self) -> None:
        if self._timer is None and not self.transport.is_closing():
            self._timer = self.loop.call_later(HEADER_DEADLINE, self.cut)

    def _disarm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _rest(self) -> None:
        """Until the next header is complete, if all that was asked for is answered."""
        if self._peer is not None and self._phase is Phase.IDLE and not self._is_busy() and not self.transport.is_closing():
            self._wait_in(known if proofs.is_met(self._peer.subject) else lounge)

    def _announced(self) -> None:
        """The header is complete, or will never be."""
        self._disarm()
        self._leave()

    def _wait_in(self, place: Anteroom) -> None:
        self._leave()
        if self._peer is not None:
            self._place = place
            place.enter(self, self._peer)

    def _leave(self) -> None:
        if self._place is not None and self._peer is not None:
            self._place.leave(self, self._peer)
            self._place = None
