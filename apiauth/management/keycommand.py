"""What the key commands share: a refusal or an unready database becomes one sentence and a failing exit."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection

from apiauth.errors import KeyRefused
from apiauth.models import ApiKey


class KeyCommand(BaseCommand):
    def execute(self, *args: Any, **options: Any) -> str | None:
        try:
            if ApiKey._meta.db_table not in connection.introspection.table_names():  # noqa: SLF001 - Django documents _meta
                raise CommandError("The database is not set up yet: run `manage.py migrate` first.")
            return super().execute(*args, **options)
        except KeyRefused as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            raise CommandError(f"The database cannot be used: {error}") from error
