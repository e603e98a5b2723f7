"""list_bans: who is shut out, why, and until when."""

import json
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser

from security import bans
from security.commands import DatabaseCommand
from security.models import Ban

FIELDS = ("cidr", "action", "reason", "origin", "created", "expires", "state")


class Command(DatabaseCommand):
    help = "List the bans and throttles in force, newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--all", action="store_true", dest="history", help="also those that ended")

    def handle(self, *args: Any, as_json: bool, history: bool, **options: Any) -> None:
        rows = [_fields(row) for row in (Ban.objects.all() if history else bans.in_force())]
        if as_json:
            return self.stdout.write(json.dumps(rows, indent=2))
        for row in rows:
            self.stdout.write("  ".join(str(row[name]) if row[name] is not None else "permanent" for name in FIELDS))
        return self.stdout.write(f"{len(rows)} in all." if history else f"{len(rows)} in force.")


def _fields(row: Ban) -> dict[str, str | None]:
    values = {**{name: getattr(row, name) for name in FIELDS}, "state": row.shown_state}
    return {name: value.isoformat() if isinstance(value, datetime) else value for name, value in values.items()}
