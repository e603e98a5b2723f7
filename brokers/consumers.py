"""The doors of the stream: programs prove themselves by a key in their first frame, pages by their browser's session."""

import asyncio
from typing import Any

from channels.exceptions import StopConsumer
from django.conf import settings
from django.http import parse_cookie

from accounts import sessions
from accounts.sessions import Visit
from apiauth import websocket
from apiauth.errors import ApiError
from apiauth.websocket import Admitted
from brokers.stream.conversation import Guest, Stream
from security import aside, policy, probes, ratelimits, sockets
from security.clientip import Caller
from security.ratelimits import Refused, Rule

PATIENCE = 10.0  # seconds until a program must have proven itself
REFRESH = 60.0  # seconds between two looks whether a page's session has gone idle


class Programs(Stream):
    """The first frame carries a key; cookies are ignored, any Origin or none is welcome."""

    async def websocket_connect(self, _: Any) -> None:
        await self.send({"type": "websocket.accept"})
        self._arm(PATIENCE, self._leave_if_unproven)

    async def authenticate(self, key: object) -> None:
        if self.listener is not None:
            await super().authenticate(key)
        try:
            admitted = await aside.run(websocket.authenticate, self.gate.caller, key)
        except ApiError as error:
            await self.dismiss(sockets.ENDED, error.message)
        else:
            await self.enter(_program(admitted))

    def _leave_if_unproven(self) -> None:
        if self.listener is None:
            self.gate.kick(sockets.ENDED)


class Pages(Stream):
    """A page of this server, of a browser that is logged in; others are refused before they are accepted."""

    async def websocket_connect(self, _: Any) -> None:
        self.visit = await aside.run(_visit, self.gate.caller, cookie(self.scope))
        if self.visit is None:
            await self.send({"type": "websocket.close"})
            raise StopConsumer
        await self.send({"type": "websocket.accept"})
        await self.enter(_page(self.visit))
        self.tasks.append(asyncio.ensure_future(self._keep_fresh(self.visit)))

    async def _keep_fresh(self, visit: Visit) -> None:
        while True:
            await asyncio.sleep(REFRESH)
            await aside.run(sessions.refresh, visit)


def _program(admitted: Admitted) -> Guest:
    who = admitted.principal
    most = policy.current()
    places = {f"key {who.kid}": most.sockets_key, f"user {who.user_id}": most.sockets_user}
    return Guest(who.user_id, who.username, f"key {who.kid}", admitted.stands, places)


def _page(visit: Visit) -> Guest:
    most = policy.current()
    places = {f"session {visit.digest}": most.sockets_session, f"user {visit.user_id}": most.sockets_user}
    credential = f"session {visit.digest[:16]}"
    return Guest(visit.user_id, visit.username, credential, visit.stands, places, operates=lambda: visit.operates)


def _visit(caller: Caller, key: str) -> Visit | None:
    """In a thread; whoever proves nothing is charged to the subject, as on a page."""
    visit = sessions.visit(key)
    if visit is None:
        probes.spoofed(caller)
        ratelimits.stranger(caller)
        return None
    charged = ratelimits.charge(Rule.PAGE, f"user {visit.user_id}", endpoint="live")
    return None if isinstance(charged, Refused) else visit


def prover(key: str) -> str | None:
    """Whom to charge for a page that knocks where no door is; in a thread."""
    visit = sessions.visit(key)
    return None if visit is None else f"user {visit.user_id}"


def cookie(scope: Any) -> str:
    """What names the session of the browser that knocks; empty where none does."""
    lines = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    return parse_cookie("; ".join(lines)).get(settings.SESSION_COOKIE_NAME, "")
