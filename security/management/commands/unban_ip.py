"""unban_ip: end bans and throttles, by address, range, reason, origin, or all there are."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import bans
from security.actors import COMMAND_LINE
from security.commands import DatabaseCommand
from security.models import Origin

SHOWN = 20


class Command(DatabaseCommand):
    help = "End every ban and throttle in force that touches an address or range, carries a reason, or came from an origin."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS_OR_CIDR", nargs="?", help="what holds it, and what lies in it")
        parser.add_argument("--reason", default="", metavar="WORDS", help="those whose reason carries these words")
        parser.add_argument("--origin", choices=Origin.values, help="those that came from there")
        parser.add_argument("--all", action="store_true", dest="everything", help="whatever is in force")
        parser.add_argument("--note", default="", help="kept with the rows")
        parser.add_argument("--dry-run", action="store_true", help="say what would be lifted, and lift nothing")

    def handle(self, *args: Any, address: str | None, reason: str, origin: str | None, **options: Any) -> None:
        if options["everything"] == bool(address is not None or reason or origin):
            raise CommandError("Say what to lift: an address or range, --reason, --origin, or else --all.")
        try:
            if address is not None:
                bans.touching(address)  # an empty address is none, and must not mean all
            self._lift({"cidr": address or "", "words": reason, "origin": origin}, options)
        except bans.BanRefused as refused:
            raise CommandError(str(refused)) from refused

    def _lift(self, selection: dict[str, Any], options: dict[str, Any]) -> None:
        rows = bans.selected(**selection)
        named, dry = list(rows[:SHOWN]), options["dry_run"]
        count = rows.count() if dry else bans.lift_all(**selection, by=COMMAND_LINE, note=options["note"])
        if not count:
            raise CommandError(
                f"No ban in force touches {selection['cidr']}." if selection["cidr"] else "No such ban is in force."
            )
        for row in named:
            self.stdout.write(f"{'Would lift' if dry else 'Lifted'} the {row.action} of {row.cidr} ({row.reason}).")
        if count > len(named):
            self.stdout.write(f"And {count - len(named):,} more.")
