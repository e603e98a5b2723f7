"""Ends the sessions of one user, or of everybody, on every running server."""

from argparse import ArgumentParser
from typing import Any

from django.core.management import CommandError

from accounts import sessions
from accounts.management.command import Command as PlainCommand
from accounts.models import Session, User, Why
from security.actors import COMMAND_LINE


class Command(PlainCommand):
    help = "End the sessions of one user, or of everybody, from their next request on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        whose = parser.add_mutually_exclusive_group(required=True)
        whose.add_argument("name", nargs="?")
        whose.add_argument("--all", action="store_true", dest="everybody")
        parser.add_argument("--dry-run", action="store_true", help="only say how many would end")

    def handle(self, *, name: str | None, dry_run: bool, **_: Any) -> None:
        rows = Session.objects.filter(user__isnull=False)
        if name is not None:
            rows = rows.filter(user=_user(name))
        if dry_run:
            self.stdout.write(f"{_count(rows.live().count())} would end.")
        else:
            self.stdout.write(f"{_count(sessions.end(rows, why=Why.COMMAND, by=COMMAND_LINE))} ended.")


def _user(name: str) -> User:
    try:
        return User.objects.get_by_natural_key(name)
    except User.DoesNotExist as error:
        raise CommandError(f"There is no user named {name}.") from error


def _count(number: int) -> str:
    return "1 session" if number == 1 else f"{number} sessions"
