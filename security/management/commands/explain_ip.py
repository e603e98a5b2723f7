"""explain_ip: why an address is let in, slowed or shut out, and which hop of a header names it."""

import json
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import CommandError, CommandParser

from security import durations, explain, hops, reported
from security.bans import BanRefused
from security.commands import DatabaseCommand
from security.explain import Explanation, Score
from security.hops import NotAHeader, Trace
from security.models import Ban
from security.reported import Unclear


class Command(DatabaseCommand):
    help = "Say which rule decides about an address, or about whom an incident names, and what its next offence would cost."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", metavar="ADDRESS", help="or the incident that somebody was told")
        parser.add_argument("--peer", help="the other end of a connection, as the server sees it (else ADDRESS)")
        parser.add_argument(
            "--header", action="append", default=[], metavar='"X-Forwarded-For: ..."', help="with that connection"
        )
        parser.add_argument("--json", action="store_true", dest="as_json")

    def handle(self, *args: Any, address: str, peer: str | None, header: list[str], as_json: bool, **options: Any) -> None:
        try:
            report = reported.find(address) if reported.is_incident(address) else None
            address = report.subject if report else address
            found = explain.explain(address)
            traced = hops.trace(peer or address, [hops.line(text) for text in header]) if peer or header else None
        except (BanRefused, NotAHeader, ImproperlyConfigured, Unclear) as refused:
            raise CommandError(str(refused)) from refused
        told = report.sentence if report else ""
        self.stdout.write(
            json.dumps(_json(found, traced, told), indent=2) if as_json else "\n".join(_lines(found, traced, told))
        )


def _json(found: Explanation, traced: Trace | None, told: str) -> dict[str, Any]:
    facts = {name: _spelled(getattr(found, name)) for name in Explanation.__slots__}
    return facts | {"trace": traced and asdict(traced), "incident": told}


def _spelled(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_spelled(each) for each in value]
    if isinstance(value, Score):
        return asdict(value)
    if isinstance(value, Ban):
        return {"cidr": value.cidr, "action": value.action, "state": value.shown_state, "reason": value.reason,
                "created": value.created.isoformat()}  # fmt: skip
    if isinstance(value, datetime):
        return value.isoformat()
    return value.total_seconds() if isinstance(value, timedelta) else value


def _lines(found: Explanation, traced: Trace | None, told: str) -> list[str]:
    cost = "would be for good" if found.next_ban is None else f"would last {durations.told(found.next_ban)}"
    return [
        *([told] if told else []),
        f"{found.address} counts as {found.subject}.",
        f"Verdict: {found.verdict}. {found.rule}" + (f", {durations.until(found.until)}." if found.cidr else ""),
        *found.notes,
        f"{found.offences} offence{'' if found.offences == 1 else 's'} remembered; its next ban {cost}.",
        *map(_scored, found.scores),
        *(f"Ended: {row.action} of {row.cidr}, {row.shown_state}, {row.reason}." for row in found.ended),
        *_traced(traced, found),
    ]


def _scored(score: Score) -> str:
    of = "" if score.threshold is None else f" of {score.threshold:g}"
    tried = f": {', '.join(score.tried)}" if score.tried else ""
    distinct = f", {score.distinct} distinct" if score.distinct else ""
    return f"{score.scenario}: {score.score:g}{of} points{distinct}{tried}."


def _traced(traced: Trace | None, found: Explanation) -> list[str]:
    if traced is None:
        return []
    other = [] if traced.address in ("", found.address) else [f"That is not {found.address}."]
    return [traced.sentence, *other, *(f"  {hop.place}  {hop.text}  {hop.meaning}" for hop in traced.hops)]
