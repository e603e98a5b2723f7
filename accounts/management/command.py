"""A command that fails with one sentence, also where the database cannot be read or has no tables yet."""

from typing import Any

from django.core.management import BaseCommand, CommandError
from django.db import OperationalError, ProgrammingError


class Command(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            return super().execute(*args, **options)
        except (OperationalError, ProgrammingError) as error:
            raise CommandError("The database cannot be reached, or has no tables yet: run manage.py migrate.") from error
