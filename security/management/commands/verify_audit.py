"""verify_audit: is the audit chain whole, or an exported stretch of it? Fails on a break, with the first row and its kind."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser

from security import archives, verification
from security.archives import NotAnArchive
from security.chain import Report
from security.commands import DatabaseCommand


class Command(DatabaseCommand):
    help = "Verify the audit chain: every row, the closed segments, the anchors and the head beside the database."
    heeds_policy = False  # an exported stretch is verified where there is no database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", dest="as_json")
        parser.add_argument("--file", type=Path, help="verify an exported stretch instead; needs AUDIT_KEYS, no database")

    def handle(self, *args: Any, as_json: bool, file: Path | None, **options: Any) -> None:
        report = verification.verify() if file is None else _of_file(file)
        if as_json:
            self.stdout.write(json.dumps(_facts(report), indent=2))
        elif report.broken is None:
            self.stdout.write(report.sentence)
        if report.broken is not None:
            if file is None:
                verification.alarm(report)
            raise CommandError(report.sentence)


def _of_file(path: Path) -> Report:
    try:
        return archives.verify(path, settings.AUDIT_KEYS)
    except (NotAnArchive, OSError) as error:
        raise CommandError(str(error)) from error


def _facts(report: Report) -> dict[str, Any]:
    return {
        "whole": report.broken is None,
        "first": report.end.seq - report.rows + 1,
        "last": report.end.seq,
        "segments": report.segments,
        "anchors": report.met,
        "break": asdict(report.broken) if report.broken else None,
    }
