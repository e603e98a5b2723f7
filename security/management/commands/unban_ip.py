"""unban_ip: end every ban and throttle that touches an address or range."""

from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import bans
from security.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "End every ban and throttle in force that holds an address, or that lies in or around a range."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS_OR_CIDR")
        parser.add_argument("--note", default="", help="kept with the row")
        parser.add_argument("--dry-run", action="store_true", help="say what would be lifted, and lift nothing")

    def handle(self, *args: Any, address: str, note: str, dry_run: bool, **options: Any) -> None:
        try:
            rows = list(bans.touching(address)) if dry_run else bans.lift(address, by="command line", note=note)
        except bans.BanRefused as refused:
            raise CommandError(str(refused)) from refused
        if not rows:
            raise CommandError(f"No ban in force touches {address}.")
        for row in rows:
            self.stdout.write(f"{'Would lift' if dry_run else 'Lifted'} the {row.action} of {row.cidr} ({row.reason}).")
