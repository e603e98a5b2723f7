"""list_bans: who is shut out, why, and until when."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from django.db.models import QuerySet

from security import bans
from security.commands import DatabaseCommand
from security.durations import clock
from security.models import Ban

SHOWN = ("cidr", "action", "reason", "origin", "created", "expires", "state")
FIELDS = ("id", *SHOWN, "scenario", "actor", "offence", "lifted", "lifted_by", "note")


class Command(DatabaseCommand):
    help = "List the bans and throttles in force, newest first."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--all", action="store_true", dest="history", help="also those that ended")
        parser.add_argument("--limit", type=int, metavar="N", help="the newest so many")

    def handle(self, *args: Any, as_json: bool, history: bool, limit: int | None, **options: Any) -> None:
        rows = Ban.objects.all() if history else bans.in_force()
        total = rows.count()
        rows = rows if limit is None else rows[: max(limit, 0)]
        if as_json:
            return self.stdout.write(json.dumps([_fields(row, FIELDS, instant=datetime.isoformat) for row in rows], indent=2))
        for line in _lines(rows):
            self.stdout.write(line)
        return self.stdout.write(f"{total} in all." if history else f"{total} in force.")


def _lines(rows: QuerySet[Ban]) -> Iterator[str]:
    for row in rows.iterator(chunk_size=2000):
        yield "  ".join(value or "permanent" for value in _fields(row, SHOWN, instant=clock).values())


def _fields(row: Ban, names: tuple[str, ...], *, instant: Callable[[datetime], str]) -> dict[str, Any]:
    return {name: row.shown_state if name == "state" else _spelled(getattr(row, name), instant) for name in names}


def _spelled(value: Any, instant: Callable[[datetime], str]) -> Any:
    if isinstance(value, datetime):
        return instant(value)
    return value if isinstance(value, int | str | None) else str(value)
