"""What is not a page: the WebSocket door that this release keeps closed, and the second port's answer to plain HTTP."""

from openalgo.answers import refusal
from openalgo.body import Receive, Scope, Send
from openalgo.delivery import send_whole


async def closed(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers every handshake 501 with the reason; where the server has no words for a handshake, the client reads 403."""
    await receive()
    if "websocket.http.response" not in scope.get("extensions", {}):
        await send({"type": "websocket.close", "code": 1000})
        return
    answer = refusal(scope["path"], 501, "This release does not stream yet: ask for quotes over the API.")
    await send({"type": "websocket.http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "websocket.http.response.body", "body": answer.body})


async def upgrade_required(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"upgrade", b"websocket"), (b"connection", b"upgrade")]
    await send_whole(refusal(scope["path"], 426, "This port speaks WebSocket.", *headers), send)
