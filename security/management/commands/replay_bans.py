"""replay_bans: who would have been banned lately under other thresholds; changes nothing."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.management.base import CommandError, CommandParser

from security import hindsight
from security.commands import DatabaseCommand
from security.hindsight import CHANGEABLE, Hindsight, Misread, Real, Would


class Command(DatabaseCommand):
    help = "Replay the recorded traffic against changed thresholds and name whom they would have banned. Changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", default="24h", metavar="TIME", help="how far back, up to 7d (24h)")
        parser.add_argument(
            "--set", action="append", default=[], dest="changes", metavar="FIELD=VALUE", help=f"one of {', '.join(CHANGEABLE)}"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, since: str, changes: list[str], as_json: bool, **options: Any) -> None:
        try:
            rules = hindsight.changed(dict(map(_parted, changes)))
        except Misread as wrong:
            raise CommandError(str(wrong)) from wrong
        found = hindsight.look(_span(since), rules)
        self.stdout.write(json.dumps(_facts(found), indent=2, default=_spelled) if as_json else "\n".join(_lines(found)))


def _span(text: str) -> timedelta:
    try:
        return timedelta(seconds=hindsight.SPAN.read(text))
    except ValueError as wrong:
        raise CommandError(f"--since: {wrong}") from wrong


def _parted(change: str) -> tuple[str, str]:
    name, equals, value = change.partition("=")
    if not equals:
        raise Misread(f"{change[:40]!r} is no FIELD=VALUE, such as path_day=10.")
    return name, value


def _facts(found: Hindsight) -> dict[str, Any]:
    would = [asdict(each) | {"spared": "" if each.real else each.spared} for each in found.would]
    return asdict(found) | {"would": would}


def _spelled(value: datetime) -> str:
    return value.isoformat()


def _lines(found: Hindsight) -> list[str]:
    return [
        f"{found.tries} tries of {found.subjects} subjects, {_at(found.since)} to {_at(found.until)} and the day before.",
        *([f"The trail begins at {_at(found.begins)}: of what was before, nothing is known."] if found.begins else []),
        *([f"{found.anonymous} requests are left out: their addresses are cut already."] if found.anonymous else []),
        f"Would have been banned: {len(found.would)}.",
        *map(_would, found.would),
        f"Were banned, and would not have been: {len(found.would_not)}.",
        *map(_real, found.would_not),
    ]


def _would(each: Would) -> str:
    fact = f"{each.real.action}, {_at(each.real.at)}" if each.real else each.spared or "nothing"
    return f"  {_at(each.at)}  {each.subject}  {each.scenario}: {each.reason}. In fact: {fact.removesuffix('.')}."


def _real(each: Real) -> str:
    return f"  {_at(each.at)}  {each.subject}  {each.scenario}: {each.reason}."


def _at(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
