"""What commands share: a database that is absent, unreachable or not set up ends in a sentence, not in a traceback."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError, connection

from security.models import Sequence


class DatabaseCommand(BaseCommand):
    """A command that needs the tables to be there."""

    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            if connection.vendor != "sqlite" and isinstance(error, OperationalError):
                raise CommandError(f"The database does not answer: {error}") from error
            if _is_set_up():
                raise
            raise CommandError("The database is not set up yet: run manage.py migrate, or start the server once.") from error


def _is_set_up() -> bool:
    return Sequence._meta.db_table in connection.introspection.table_names()  # noqa: SLF001 - Django documents it as public
