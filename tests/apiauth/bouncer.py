"""A bouncer as it calls, and bans for it to hear of."""

import json
from typing import Any

from django.test import Client

from security import bans
from security.actors import COMMAND_LINE
from security.bans import DAY
from security.models import Ban, Origin

STREAM, HELD = "/v1/decisions/stream", "/v1/decisions"


class Bouncer:
    """A bouncer with a key in its header."""

    def __init__(self, token: str) -> None:
        self.client = Client(headers={"X-Api-Key": token})

    def get(self, path: str, **query: str) -> Any:
        return self.client.get(path, query)

    def read(self, path: str, **query: str) -> Any:
        return json.loads(self.get(path, **query).getvalue())

    def stream(self, *, startup: bool = False, **query: str) -> tuple[list[str], list[str]]:
        """The values that are new, and those deleted."""
        told = self.read(STREAM, startup=str(startup).lower(), **query)
        return [each["value"] for each in told["new"]], [each["value"] for each in told["deleted"]]

    def held(self, **query: str) -> list[str] | None:
        found = self.read(HELD, **query)
        return None if found is None else [each["value"] for each in found]


def ban(cidr: str, **more: Any) -> Ban:
    usual: dict[str, Any] = {"reason": "scans", "origin": Origin.COMMAND, "by": COMMAND_LINE, "duration": DAY}
    return bans.ban(cidr, **(usual | more))
