"""ban_ip: shut out an address or range, on every running server within half a second."""

from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import bans
from security.bans import BanRefused
from security.commands import DatabaseCommand
from security.models import Origin

LENGTHS: dict[str, timedelta | None] = {
    "24h": timedelta(hours=24),
    "48h": timedelta(hours=48),
    "1w": timedelta(weeks=1),
    "permanent": None,
}


class Command(DatabaseCommand):
    help = "Shut out an address (of IPv6: the /64 around it) or a range in CIDR form."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS_OR_CIDR")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--for", dest="length", choices=list(LENGTHS), default="24h")
        parser.add_argument("--force", action="store_true", help="ban even what is never banned, or a very wide range")
        parser.add_argument("--dry-run", action="store_true", help="say what would be banned, and ban nothing")

    def handle(self, *args: Any, address: str, reason: str, length: str, force: bool, dry_run: bool, **options: Any) -> None:
        duration = LENGTHS[length]
        try:
            if dry_run:
                target = bans.consider(address, reason=reason, origin=Origin.COMMAND, duration=duration, force=force)
                return self.stdout.write(f"Would ban {target}.")
            row = bans.ban(address, reason=reason, origin=Origin.COMMAND, actor="command line", duration=duration, force=force)
        except BanRefused as refused:
            raise CommandError(str(refused)) from refused
        until = "for good" if row.expires is None else f"until {row.expires:%Y-%m-%d %H:%M} UTC"
        return self.stdout.write(f"Banned {row.cidr} {until}.")
