"""export_audit: a stretch of the audit chain as JSON lines, which verify_audit --file can check anywhere."""

import sys
from argparse import ArgumentTypeError
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import exports
from security.actors import COMMAND_LINE
from security.commands import DatabaseCommand
from security.exports import NotExported


def day(text: str) -> datetime:
    """An ISO date or instant; without a zone it is UTC."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date such as 2026-04-01.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


class Command(DatabaseCommand):
    help = "Export audit rows as JSON lines. The export itself is audited."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--from", type=int, dest="first", metavar="SEQ", help="the first row; default the oldest")
        parser.add_argument("--to", type=int, dest="last", metavar="SEQ", help="the last row; default the newest")
        parser.add_argument("--since", type=day, metavar="DATE", help="rows of that day or later, UTC")
        parser.add_argument("--output", required=True, metavar="FILE|-", help="- for standard output")

    def handle(
        self, *args: Any, first: int | None, last: int | None, since: datetime | None, output: str, **options: Any
    ) -> None:
        try:
            stretch = exports.choose(first=first, last=last, since=since)
            if output == "-":
                written = exports.pour(stretch, sys.stdout.buffer, by=COMMAND_LINE)
            else:
                written = exports.write(stretch, Path(output), by=COMMAND_LINE)
        except (NotExported, OSError) as error:
            raise CommandError(str(error)) from error
        told = f"Exported rows {stretch.first} to {stretch.last}, SHA-256 {written.sha256}."
        self.stderr.write(told, self.style.SUCCESS)
        if written.broken:
            raise CommandError(f"The chain is broken there: {written.broken.sentence}")
