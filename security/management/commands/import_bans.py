"""import_bans: the bans of a file, all of them or none."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import importing
from security.actors import COMMAND_LINE
from security.blocklists.formats import FORMATS
from security.commands import DatabaseCommand
from security.importing import NotABlocklist, NotImported, Report


class Command(DatabaseCommand):
    help = "Import bans from a file. One wrong line, or one range that may not be banned, and nothing is imported."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path)
        parser.add_argument("--format", choices=list(FORMATS), dest="form", help="by default, what the file looks like")
        parser.add_argument("--force", action="store_true", help="import even whom a ban may not touch, or very wide ranges")
        parser.add_argument("--dry-run", action="store_true", help="say what would be imported, and import nothing")

    def handle(self, *args: Any, file: Path, form: str | None, force: bool, dry_run: bool, **options: Any) -> None:
        try:
            with file.open("rb") as opened:
                report = importing.take(opened, by=COMMAND_LINE, form=form, force=force, dry_run=dry_run, told=self.progress)
        except (NotABlocklist, NotImported, OSError) as error:
            raise CommandError(str(error)) from error
        if report.wrong:
            raise CommandError(_told(report))
        self.stdout.write(f"{'Would import' if dry_run else 'Imported'} {report.form}: {report.sentence}.")


def _told(report: Report) -> str:
    more = report.wrong - len(report.problems)
    return "\n".join([
        f"Nothing was imported: {report.wrong:,} of {report.lines:,} lines may not be.",
        *(f"Line {each.line}: {each.sentence}" for each in report.problems),
        *([f"And {more:,} more."] if more else []),
    ])  # fmt: skip
