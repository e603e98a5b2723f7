"""uvicorn's WebSocket protocol, except that a reader who never reads holds neither a connection nor a stop."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

from security.sockets import ABORT

CLOSE_SECONDS = 5.0  # for the other side's answer to a close
STOP_SECONDS = 1.0  # for a reader to take the last frames when the server stops


class SocketProtocol(WebSocketsSansIOProtocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.close_timeout = CLOSE_SECONDS

    def handle_connect(self, event: Any) -> None:
        super().handle_connect(event)
        if self.response.status_code == 101:  # there is an application, and it has not run yet
            extensions: dict[str, Any] = self.scope["extensions"]
            extensions[ABORT] = {"call": self.transport.abort}

    def shutdown(self) -> None:
        super().shutdown()
        self.loop.call_later(STOP_SECONDS, self.transport.abort)
