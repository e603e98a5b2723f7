"""Somebody who tries doors: callers, keys and paths for the tests of detection."""

from pathlib import Path
from urllib.parse import unquote

from security import probes
from security.clientip import Caller


def caller(address: str = "203.0.113.9", subject: str | None = None, *, spoofed: bool = False) -> Caller:
    return Caller(address, subject or address, address, "peer", internal=False, spoofed=spoofed, scheme="http", host=None)


ATTACKER = caller()


def try_keys(count: int, *, who: Caller = ATTACKER, start: int = 0) -> None:
    for number in range(start, start + count):
        probes.bad_key(who, f"oa_live_{number}", kind="unknown")


def try_paths(count: int, *, who: Caller = ATTACKER, start: int = 0) -> None:
    """Distinct ones of one point each."""
    for number in range(start, start + count):
        probes.unrouted(who, f"/{'x' * (number + 1)}")


def corpus(name: str) -> list[tuple[str, int]]:
    """The paths of a list, decoded as a server does, each with what it is to count."""
    lines = (Path(__file__).parent / f"corpus_{name}.txt").read_text().splitlines()
    return [(unquote(path.partition("?")[0]), int(weight)) for weight, path in (line.split(" ", 1) for line in lines)]
