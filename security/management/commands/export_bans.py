"""export_bans: the bans in force, for another server of ours or for the firewall in front."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import exporting
from security.actors import COMMAND_LINE
from security.blocklists.formats import FORMATS
from security.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "Export the bans in force. CSV and JSON hold all of each and can be imported; the rest is for firewalls."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--format", choices=list(FORMATS), required=True, dest="form")
        parser.add_argument("--output", default="-", metavar="FILE|-", help="- for standard output, the default")

    def handle(self, *args: Any, form: str, output: str, **options: Any) -> None:
        if output == "-":
            sys.stdout.buffer.writelines(exporting.export(form, by=COMMAND_LINE, told=self.progress))
            sys.stdout.buffer.flush()
            return
        try:
            exporting.write(form, Path(output), by=COMMAND_LINE, told=self.progress)
        except OSError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Exported the bans in force to {output}.")
