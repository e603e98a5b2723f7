"""Ends a key at once."""

from argparse import ArgumentParser
from typing import Any

from apiauth import keys
from apiauth.management.keycommand import KeyCommand
from security.actors import COMMAND_LINE


class Command(KeyCommand):
    help = "Revoke an API key, effective at once on every running server."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kid", help="the key's id, as list_api_keys shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        key = keys.revoke(options["kid"], by=COMMAND_LINE)
        self.stdout.write(f"The API key {key.kid} ({key.name}) is revoked.")
