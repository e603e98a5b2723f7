"""Issues an API key and prints it, alone, on standard output."""

from argparse import ArgumentParser
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.management.base import CommandError
from django.utils import timezone

from apiauth import keys, scopes
from apiauth.management.keycommand import KeyCommand
from apiauth.models import ApiKey
from security.actors import COMMAND_LINE

MAX_DAYS = 3650


class Command(KeyCommand):
    help = "Issue an API key; the key stands alone on standard output and is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("user", help="the name of the user the key acts for")
        parser.add_argument("--name", required=True, help="what the key is for, up to 64 characters")
        parser.add_argument("--scopes", default="", help=f"of {','.join(scopes.Scope)}; default read,trade,stream")
        parser.add_argument("--expires", type=int, metavar="DAYS", help="days until it expires; default never")
        parser.add_argument("--addresses", default="", metavar="CIDR,CIDR", help="where it may be used from; default anywhere")
        parser.add_argument(
            "--canary", action="store_true", help="opens nothing, alarms when used; leave it where thieves look"
        )
        parser.add_argument("--test", action="store_true", help="a test key: always acts on paper")

    def handle(self, *args: Any, **options: Any) -> None:
        issued = keys.issue(
            _user(options["user"]),
            by=COMMAND_LINE,
            name=options["name"],
            scopes=_scopes(options["scopes"]),
            expires=_expiry(options["expires"]),
            addresses=[word for word in options["addresses"].split(",") if word.strip()],
            test=options["test"],
            canary=options["canary"],
        )
        self.stdout.write(issued.token)
        self.stderr.write(_said(issued.key, options["user"]), self.style.SUCCESS)


def _said(key: ApiKey, user: str) -> str:
    if key.canary:
        return f"Canary {key.kid} issued for {user}: a trap that opens nothing and alarms when used; it is shown this once."
    return f"Key {key.kid} issued for {user}; it is shown this once."


def _user(name: str) -> AbstractBaseUser:
    model = get_user_model()
    try:
        return model.objects.get_by_natural_key(name)
    except model.DoesNotExist as error:
        raise CommandError(f"There is no user named {name}.") from error


def _scopes(text: str) -> frozenset[scopes.Scope]:
    try:
        return scopes.parse(text.split(","))
    except scopes.UnknownScope as error:
        raise CommandError(str(error)) from error


def _expiry(days: int | None) -> datetime | None:
    if days is None:
        return None
    if not 1 <= days <= MAX_DAYS:
        raise CommandError(f"--expires takes 1 to {MAX_DAYS} days.")
    return timezone.now() + timedelta(days=days)
