"""allow_ip: whom no ban may touch; adding somebody lifts what automation holds against them."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from security import allows
from security.actors import COMMAND_LINE
from security.allows import AllowRefused
from security.commands import DatabaseCommand, length
from security.durations import clock
from security.models import Allow


class Command(DatabaseCommand):
    help = "Put an address (of IPv6: its /64) or range on the allow list, take it off, or list who is on it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS_OR_CIDR", nargs="?")
        parser.add_argument("--note", default="", help="who it is; kept with the entry")
        parser.add_argument("--for", dest="duration", type=length, default="permanent", metavar="permanent|<n>m/h/d/w")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--remove", action="store_true", help="take it off the list")
        what.add_argument("--list", action="store_true", dest="listed", help="who is on the list")
        parser.add_argument("--dry-run", action="store_true", help="say what would change, and change nothing")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, address: str | None, listed: bool, **options: Any) -> None:
        if listed == (address is not None):
            raise CommandError("Give an address or range, or --list.")
        try:
            self._list(options) if address is None else self._change(address, options)
        except AllowRefused as refused:
            raise CommandError(str(refused)) from refused

    def _list(self, options: dict[str, Any]) -> None:
        instant = datetime.isoformat if options["as_json"] else clock
        rows = [_fields(row, instant=instant) for row in allows.in_force()]
        if options["as_json"]:
            return self.stdout.write(json.dumps(rows, indent=2))
        for row in rows:
            self.stdout.write("  ".join(value or "until it is removed" for value in row.values()))
        return self.stdout.write(f"{len(rows)} on the list.")

    def _change(self, address: str, options: dict[str, Any]) -> None:
        if options["remove"]:
            self._remove(address, options)
        elif options["dry_run"]:
            target = allows.consider(address, note=options["note"], expires=_end(options["duration"]))
            lifted = allows.lifted_by(target).count()
            self._say(options, {"cidr": str(target), "lifts": lifted}, f"Would allow {target} and lift {lifted} of automation.")
        else:
            row = allows.add(address, by=COMMAND_LINE, note=options["note"], expires=_end(options["duration"]))
            self._say(options, _fields(row), f"Allowed {row.cidr}.")

    def _remove(self, address: str, options: dict[str, Any]) -> None:
        if options["dry_run"]:
            row = allows.entry(address)
            return self._say(options, _fields(row), f"Would remove {row.cidr} from the allow list.")
        row = allows.remove(address, by=COMMAND_LINE)
        return self._say(options, _fields(row), f"Removed {row.cidr} from the allow list.")

    def _say(self, options: dict[str, Any], fields: dict[str, Any], sentence: str) -> None:
        self.stdout.write(json.dumps(fields, indent=2) if options["as_json"] else sentence)


def _end(duration: timedelta | None) -> Any:
    return None if duration is None else timezone.now() + duration


def _fields(row: Allow, *, instant: Callable[[datetime], str] = datetime.isoformat) -> dict[str, str | None]:
    until = instant(row.expires) if row.expires else None
    return {"cidr": row.cidr, "note": row.note, "actor": row.actor, "created": instant(row.created), "expires": until}
