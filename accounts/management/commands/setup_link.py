"""Shows a new set-up link."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import CommandError

from accounts import setup
from accounts.management.command import Command as PlainCommand


class Command(PlainCommand):
    help = "Make a new set-up link (the one before stops working) and print it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--base", help="the address under which the browser reaches this server")

    def handle(self, *, base: str | None, **_: Any) -> None:
        if not setup.needed():
            raise CommandError("An owner exists already; set-up is over.")
        default = settings.PUBLIC_BASE_URL or f"http://localhost:{settings.DEFAULT_PORT}"
        self.stdout.write(setup.link(base or default))
