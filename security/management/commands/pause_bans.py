"""pause_bans: nobody is refused for a while, on every running server within half a second; for whoever shut themselves out."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import durations, policy
from security.actors import COMMAND_LINE
from security.commands import DatabaseCommand, length
from security.policy import PolicyRefused


class Command(DatabaseCommand):
    help = "Let everybody in for a while (24 hours at most). Bans are still written, and hold again afterwards."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument(
            "--for", dest="duration", type=length, default="15m", metavar="<n>m/h", help="how long; default %(default)s"
        )
        what.add_argument("--resume", action="store_true", help="end a pause now")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, duration: timedelta | None, resume: bool, as_json: bool, **options: Any) -> None:
        try:
            told = _resumed() if resume else _paused(duration)
        except PolicyRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(json.dumps(told, indent=2) if as_json else told["said"])


def _resumed() -> dict[str, Any]:
    return {"said": "Bans hold again." if policy.resume(by=COMMAND_LINE) else "Bans were not paused.", "until": None}


def _paused(duration: timedelta | None) -> dict[str, Any]:
    until = policy.pause(duration or timedelta.max, by=COMMAND_LINE)
    said = f"Bans pause {durations.until(until)}. End it earlier with pause_bans --resume."
    return {"said": said, "until": until.isoformat()}
