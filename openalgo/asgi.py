"""The composition: the gatehouse round the bridge and the WebSocket doors, for any ASGI server."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openalgo.settings")
django.setup(set_prefix=False)

# Only now may modules be imported that use models.
from openalgo import doors  # noqa: E402
from openalgo.http import Bridge  # noqa: E402
from openalgo.lifespan import Street  # noqa: E402
from security.asgi import Gatehouse  # noqa: E402

_bridge = Bridge()
application = Street(Gatehouse(http=_bridge, websocket=doors.first), bridge=_bridge)
second_door = Gatehouse(http=doors.upgrade_required, websocket=doors.second)  # opened by `serve` beside the application
