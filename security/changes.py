"""What an act of the audit changed, fact by fact, for people to read; what is no JSON of ours stays as it stands."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.dateformat import format as dated

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(\+00:00|Z)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Change:
    """A fact and its values as words; one is empty where the fact was not known then."""

    name: str
    before: str
    after: str


def changes(before: str, after: str) -> list[Change]:
    """Of the two texts of a row, either of which may be empty."""
    try:
        old, new = _facts(before), _facts(after)
    except (ValueError, RecursionError):
        return [Change("", before, after)]
    return [Change(name, old.get(name, ""), new.get(name, "")) for name in {**old, **new}]


def _facts(text: str) -> dict[str, str]:
    found = json.loads(text) if text else {}
    if not isinstance(found, dict):
        raise ValueError("Facts have names.")  # noqa: TRY004 - one of the ways to be no JSON of ours
    return {name: _worded(value) for name, value in found.items()}


def _worded(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_worded, value)) or "none"
    if isinstance(value, dict):
        return "; ".join(f"{name}: {_worded(each)}" for name, each in value.items()) or "none"
    if isinstance(value, str) and _INSTANT.fullmatch(value):
        return dated(datetime.fromisoformat(value).astimezone(settings.SESSION_TIMEZONE), "j M Y, H:i:s T")
    return "none" if value is None or value == "" else str(value)
