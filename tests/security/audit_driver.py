"""Audited work in a process of its own: `bans N` bans and lifts, printing each number; `rows N M` writes N times M rows."""

import os
import sys
import time
from collections.abc import Callable
from datetime import timedelta

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "openalgo.settings")
django.setup()

from security import audit, bans, pruning, segments  # noqa: E402 - Django is set up first
from security.actors import COMMAND_LINE  # noqa: E402
from security.audit import Act  # noqa: E402
from tests.security import chains  # noqa: E402


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def ban_and_lift(count: int) -> None:
    for number in range(count):
        address = f"203.0.113.{os.getpid() % 200 + number % 50}"
        bans.ban(address, reason="scan", origin="command", by=COMMAND_LINE, duration=timedelta(hours=1))
        bans.lift(address, by=COMMAND_LINE)
        say(number)


def write(changes: int, rows: int) -> None:
    """Says how long the longest wait was, in seconds."""
    longest = 0.0
    for number in range(changes):
        began = time.monotonic()
        with audit.change():
            longest = max(longest, time.monotonic() - began)
            for _ in range(rows):
                audit.record(Act.BAN_LIFTED, by=COMMAND_LINE, about=str(number), after={"process": os.getpid()})
    say(longest)


def prune(days: int) -> None:
    """Stretch by stretch, as long as something is older than so many days."""
    for number in range(days, -1, -1):
        segments.prune(pruning.audit_end() + timedelta(days=1826 - number), by=COMMAND_LINE)
        say(number)


def fill(count: int) -> None:
    """Rows with valid macs, in bulk."""
    say(chains.make(count).seq)


WORK: dict[str, Callable[..., None]] = {"bans": ban_and_lift, "rows": write, "prune": prune, "fill": fill}

if __name__ == "__main__":
    WORK[sys.argv[1]](*map(int, sys.argv[2:]))
