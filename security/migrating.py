"""Brings an embedded database up to date, one process at a time; a server database is its operator's to migrate."""

import fcntl

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor


def is_embedded() -> bool:
    return connection.vendor == "sqlite"


def is_pending() -> bool:
    """Does the database lack a migration?"""
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def migrate_embedded() -> None:
    """Migrate an SQLite database; any other is left alone."""
    if not is_embedded():
        return
    with (settings.DATA_DIR / ".migrating").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if is_pending():
            call_command("migrate", interactive=False, verbosity=0)
