"""Serves one of the compared stacks on a free port: `python -m bench.server full|bare|stock`; prints its port."""

import os
import sys
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from openalgo.body import App

NAME = sys.argv[1]
os.environ["DJANGO_SETTINGS_MODULE"] = "bench.bare_settings" if NAME == "bare" else "openalgo.settings"

from django.core.asgi import get_asgi_application  # noqa: E402

django_handler = cast("App", get_asgi_application())

# Only now may modules be imported that use models.
from openalgo import doors, server  # noqa: E402
from openalgo.http import Bridge  # noqa: E402
from openalgo.lifespan import Street  # noqa: E402
from security.asgi import Gatehouse  # noqa: E402

bridge = Bridge()
STACKS: "dict[str, App]" = {
    "full": Gatehouse(http=bridge, websocket=doors.first),
    "bare": bridge,
    "stock": Gatehouse(http=django_handler, websocket=doors.first),
}


def main() -> None:
    street = Street(STACKS[NAME], bridge=bridge)
    listener = server.listen("127.0.0.1", 0)
    server.run(street, [server.Port(street, listener)], ready=lambda: print(listener.getsockname()[1], flush=True))


if __name__ == "__main__":
    main()
