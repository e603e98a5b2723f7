"""What commands share: a database that is absent, unreachable or not set up ends in a sentence, not in a traceback."""

from argparse import ArgumentTypeError
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, ProgrammingError, connection

from security import alerts, durations, policy
from security.models import Sequence

STEP = 50_000  # of what a long command works through, between two words of progress


class DatabaseCommand(BaseCommand):
    """A command that needs the tables to be there, and acts by the thresholds that operators set."""

    heeds_policy = True

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            if self.heeds_policy:
                policy.apply(0)
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            if connection.vendor != "sqlite" and isinstance(error, OperationalError):
                raise CommandError(f"The database does not answer: {error}") from error
            if _is_set_up():
                raise
            raise CommandError("The database is not set up yet: run manage.py migrate, or start the server once.") from error
        finally:
            self._tell()

    def progress(self, count: int) -> None:
        """Now and then a word on how far it came, beside what the command prints."""
        if count % STEP == 0:
            self.stderr.write(f"{count:,} so far ...")

    def _tell(self) -> None:
        """A command has no pulse that would write its alarms down."""
        try:
            alerts.flush()
        except DatabaseError as error:
            self.stderr.write(f"An alert could not be written down: {error}")


def length(text: str) -> timedelta | None:
    """For `add_argument(type=...)`."""
    try:
        return durations.duration(text)
    except durations.NotALength as error:
        raise ArgumentTypeError(str(error)) from error


def _is_set_up() -> bool:
    return Sequence._meta.db_table in connection.introspection.table_names()  # noqa: SLF001 - Django documents it as public
