"""Gives a key a successor and prints it, alone, on standard output."""

from argparse import ArgumentParser
from typing import Any

from apiauth import keys
from apiauth.management.keycommand import KeyCommand
from apiauth.models import ApiKey
from security import durations
from security.actors import COMMAND_LINE


class Command(KeyCommand):
    help = "Rotate an API key; the new key stands alone on standard output and is never shown again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kid", help="the key's id, as list_api_keys shows it")
        parser.add_argument(
            "--overlap",
            choices=[overlap.value for overlap in keys.Overlap],
            default=keys.Overlap.NOW.value,
            help="how long the old key stays valid",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        issued = keys.rotate(options["kid"], overlap=keys.Overlap(options["overlap"]), by=COMMAND_LINE)
        self.stdout.write(issued.token)
        said = f"Key {options['kid']} is succeeded by {issued.key.kid}; the new key is shown this once."
        self.stderr.write(f"{said} {_rest(options['kid'])}", self.style.SUCCESS)


def _rest(kid: str) -> str:
    """Of the old key: it ends after the overlap, or before where it was to expire sooner."""
    old = ApiKey.objects.get(kid=kid)
    if not old.standing.opens:
        return "The old key no longer works."
    return f"The old key works {durations.until(min(end for end in (old.grace_until, old.expires) if end))}."
