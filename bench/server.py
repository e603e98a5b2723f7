"""Serves one of the compared stacks on a free port: `python -m bench.server full|bare|stock|refusing|untrailed`.

Prints its port, and at its end how often Argon2 verified a secret.
"""

import os
import sys
from typing import TYPE_CHECKING, Any, cast

from argon2 import low_level
from argon2.low_level import verify_secret

if TYPE_CHECKING:
    from openalgo.body import App

NAME = sys.argv[1]
SETTINGS = {"bare": "bench.bare_settings", "untrailed": "bench.untrailed_settings"}
os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS.get(NAME, "openalgo.settings")

from django.core.asgi import get_asgi_application  # noqa: E402

django_handler = cast("App", get_asgi_application())

# Only now may modules be imported that use models.
from openalgo import doors, server  # noqa: E402
from openalgo.body import Receive, Scope, Send  # noqa: E402
from openalgo.http import Bridge  # noqa: E402
from openalgo.lifespan import Street  # noqa: E402
from security import refusals  # noqa: E402
from security.addresses import network  # noqa: E402
from security.asgi import Gatehouse  # noqa: E402

REFUSAL = refusals.banned("203.0.113.9", network=network("203.0.113.9"), path="/healthz")

bridge = Bridge()
verified: list[None] = []


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    """What the banned are told, with nothing behind it."""
    await send({"type": "http.response.start", "status": REFUSAL.status, "headers": REFUSAL.headers})
    await send({"type": "http.response.body", "body": REFUSAL.body})


def counted(*args: Any, **kwargs: Any) -> bool:
    verified.append(None)
    return verify_secret(*args, **kwargs)


STACKS: "dict[str, App]" = {
    "full": Gatehouse(http=bridge, websocket=doors.first),
    "bare": bridge,
    "refusing": refusing,
    "stock": Gatehouse(http=django_handler, websocket=doors.first),
    "untrailed": Gatehouse(http=bridge, websocket=doors.first),
}


def main() -> None:
    low_level.verify_secret = counted  # type: ignore[assignment]
    street = Street(STACKS[NAME], bridge=bridge)
    listener = server.listen("127.0.0.1", 0)
    server.run(street, [server.Port(street, listener)], ready=lambda: print(listener.getsockname()[1], flush=True))
    print(len(verified))


if __name__ == "__main__":
    main()
