"""Creates the owner of a server that has none."""

import os
import warnings
from argparse import ArgumentParser
from getpass import GetPassWarning, getpass
from typing import Any

from django.core.management import CommandError

from accounts import setup
from accounts.errors import SetUpRefused
from accounts.forms import SetUpForm
from accounts.management.command import Command as PlainCommand
from security import migrating
from security.actors import COMMAND_LINE


class Command(PlainCommand):
    help = "Create the owner; refused once one exists. The password comes from OWNER_PASSWORD, else it is asked for."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name")
        parser.add_argument("email")

    def handle(self, *, name: str, email: str, **_: Any) -> None:
        migrating.migrate_embedded()
        if not setup.needed():
            raise CommandError("An owner exists already.")
        details = _details(name, email)
        try:
            setup.create_owner(details["username"], details["email"], details["password"], by=COMMAND_LINE)
        except SetUpRefused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(f"{details['username']} owns this server.")


def _details(name: str, email: str) -> dict[str, Any]:
    """What the set-up page would accept."""
    password, repeat = _passwords()
    form = SetUpForm({"username": name, "email": email, "password": password, "password_repeat": repeat})
    if not form.is_valid():
        raise CommandError(" ".join(_sentences(form)))
    return form.cleaned_data


def _sentences(form: SetUpForm) -> list[str]:
    return [f"{form[field].label}: {error}" for field, errors in form.errors.items() for error in errors]


def _passwords() -> tuple[str, str]:
    if given := os.environ.get("OWNER_PASSWORD"):
        return given, given
    try:
        with warnings.catch_warnings(action="error", category=GetPassWarning):
            return getpass("Password: "), getpass("Again: ")
    except GetPassWarning as error:  # nothing that could hide what is typed
        raise CommandError("Set OWNER_PASSWORD or run it in a terminal.") from error
    except (EOFError, KeyboardInterrupt) as error:
        raise CommandError("No password was given: type one, or set OWNER_PASSWORD.") from error
