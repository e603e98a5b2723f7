"""uvicorn's WebSocket protocol, except that neither an idle reader nor a flood of frames holds up anybody else."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from openalgo.protocol import TOO_LONG
from security.pace import Pace
from security.sockets import ABORT

CLOSE_SECONDS = 5.0  # for the other side's answer to a close
STOP_SECONDS = 1.0  # for a reader to take the last frames when the server stops
FRAMES, FRAMES_A_SECOND = 256, 64  # at once, and after that; pings and the parts of messages among them
PIECE = 1024  # bytes read between two looks at the frames: a whole read of the smallest ones would take half a second


class SocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_SECONDS
        self._frames = Pace(FRAMES, per_second=FRAMES_A_SECOND, at=self.loop.time())

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            super().data_received(data[start : start + PIECE])
            if self.transport.is_closing():
                return
        if not self.handshake_initiated:
            self._refuse()

    def _refuse(self) -> None:
        """The whole header came at once, and the library let it lie: a line, or their number, is beyond its bounds."""
        self.transport.write(TOO_LONG)
        self.transport.close()

    def handle_events(self) -> None:
        """Whoever sends more frames than conversations have is cut, without a word that they would have to read."""
        if self._frames.allows(len(self.conn.events), at=self.loop.time()):
            super().handle_events()
        else:
            self.transport.abort()

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:  # there is an application, and it has not run yet
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[ABORT] = {"call": self.transport.abort}

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(STOP_SECONDS, self.transport.abort)
