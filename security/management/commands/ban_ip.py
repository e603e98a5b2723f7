"""ban_ip: shut out an address or range, on every running server within half a second."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import allows, bans, coverage, durations, sparing
from security.actors import COMMAND_LINE
from security.addresses import network
from security.bans import BanRefused
from security.commands import DatabaseCommand, length
from security.models import Ban, Origin


class Command(DatabaseCommand):
    help = "Shut out an address (of IPv6: the /64 around it) or a range in CIDR form."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS_OR_CIDR")
        parser.add_argument("--reason", required=True)
        parser.add_argument("--for", dest="duration", type=length, default="24h", metavar="24h|48h|1w|permanent|<n>m/h/d/w")
        forced = "ban even whom a ban may not touch, or a very wide range; the allow list still goes first"
        parser.add_argument("--force", action="store_true", help=forced)
        parser.add_argument("--dry-run", action="store_true", help="say whom it would shut out, and ban nobody")
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, address: str, dry_run: bool, as_json: bool, **options: Any) -> None:
        try:
            told = _dry(address, **_order(options)) if dry_run else _done(address, **_order(options))
        except BanRefused as refused:
            raise CommandError(f"{refused} {coverage.of_wide(address) or ''}".strip()) from refused
        self.stdout.write(json.dumps(told, indent=2) if as_json else " ".join(filter(None, (told["said"], told["note"]))))


def _order(options: dict[str, Any]) -> dict[str, Any]:
    return {name: options[name] for name in ("reason", "duration", "force")} | {"origin": Origin.COMMAND, "by": COMMAND_LINE}


def _dry(address: str, **order: Any) -> dict[str, Any]:
    target = bans.consider(address, **order)
    covered = coverage.of(target)
    exempt = allows.exempt(target)
    note = f"{covered} {exempt}".strip()
    return {"said": f"Would ban {target}.", "note": note, "cidr": str(target), "covers": covered.seen}


def _done(address: str, *, duration: timedelta | None, **order: Any) -> dict[str, Any]:
    row = bans.ban(address, duration=duration, **order)
    target = network(row.cidr)
    covered, exempt = coverage.of(target), allows.exempt(target)
    return {
        "said": f"Banned {row.cidr} {durations.until(row.expires)}{_kept(row, duration)}.",
        "note": f"{covered if sparing.is_wide(target) else ''} {exempt}".strip(),
        "cidr": row.cidr,
        "id": str(row.pk),
        "expires": row.expires and row.expires.isoformat(),
        "covers": covered.seen,
    }


def _kept(row: Ban, duration: timedelta | None) -> str:
    """A ban in force is never shortened: whoever asked for less reads why it lasts longer."""
    longer = duration is not None and (row.expires is None or row.expires > row.starts + duration)
    return ": a longer ban was in force, and its end is kept" if longer else ""
