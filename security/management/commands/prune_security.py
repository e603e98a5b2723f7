"""prune_security: what had its time is deleted or made anonymous; audit rows leave as signed segments, written to DATA_DIR."""

from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from security import pruning, retention, segments
from security.actors import COMMAND_LINE
from security.commands import DatabaseCommand
from security.management.commands.export_audit import day
from security.segments import NotPruned


class Command(DatabaseCommand):
    help = "Delete old counters, alerts and traffic, cut old addresses; archive and delete audit rows older than audit_days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say what would go, and delete nothing")
        parser.add_argument("--audit-before", type=day, metavar="DATE", help="instead of the policy's audit_days")

    def handle(self, *args: Any, dry_run: bool, audit_before: datetime | None, **options: Any) -> None:
        before = audit_before or pruning.audit_end()
        if before > timezone.now():
            raise CommandError("The future cannot be pruned.")
        try:
            archives = [each.archive for each in (segments.due(before) if dry_run else segments.prune(before, by=COMMAND_LINE))]
        except (NotPruned, OSError) as error:
            raise CommandError(str(error)) from error
        counts = pruning.would_prune() if dry_run else pruning.prune()
        cut = retention.to_anonymise().count() if dry_run else retention.anonymise()
        told = ", ".join(f"{name} {count}" for name, count in counts.items())
        verb = "Would delete:" if dry_run else "Deleted:"
        self.stdout.write(f"{verb} {told}; traffic made anonymous: {cut}; audit segments: {', '.join(archives) or 'none'}.")
