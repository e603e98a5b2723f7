"""One ban as every format writes and reads it: whom, what, why and until when; a line that says less is told to be wrong."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from security.addresses import Network, NotAnAddress, subject_network
from security.banlist import MAX_REASON
from security.models import Action

PERMANENT = "permanent"
UNTOLD = "imported"  # the reason of a ban whose file gives none


class Listed(NamedTuple):
    """A ban on its way out. Of these columns the first four come in again; the rest is for people."""

    cidr: str
    action: str
    reason: str
    expires: datetime | None
    scenario: str
    origin: str
    actor: str
    created: datetime


COLUMNS = Listed._fields


class Entry(NamedTuple):
    """A ban on its way in."""

    line: int
    target: Network
    action: Action
    reason: str
    expires: datetime | None


class Problem(NamedTuple):
    """What is wrong with a line; `yields`: not if it is forced."""

    line: int
    sentence: str
    yields: bool = False


class NotABlocklist(Exception):
    """The file is none that can be read; the sentence says why."""


def read(line: int, fields: Mapping[str, Any]) -> Entry | Problem:
    """Out of named values as a file holds them; what is missing or empty is a permanent ban without a word on why."""
    if stray := sorted(set(fields).difference(COLUMNS)):
        return Problem(line, f"What is {stray[0][:40]!r}? Known are {', '.join(COLUMNS)}.")
    try:
        return Entry(
            line,
            subject_network(_text(fields, "cidr", most=64).strip()),
            _action(_text(fields, "action", most=64).strip()),
            _reason(_text(fields, "reason", most=MAX_REASON)),
            instant(_text(fields, "expires", most=64).strip()),
        )
    except NotAnAddress as error:
        return Problem(line, str(error))
    except ValueError as error:
        return Problem(line, f"{error}.")


def instant(text: str) -> datetime | None:
    """An end as files spell it: ISO 8601, in UTC where no zone is said; None for good. Raises ValueError."""
    if text in ("", PERMANENT):
        return None
    try:
        found = datetime.fromisoformat(text)
        return found.astimezone(UTC) if found.tzinfo else found.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{text!r} is no end such as 2026-04-01T12:00:00Z, or permanent") from None


def spelled(end: datetime | None) -> str:
    """To the microsecond where there are any, so that it comes back as it was."""
    return PERMANENT if end is None else end.astimezone(UTC).isoformat().replace("+00:00", "Z")


def stamp(at: datetime) -> str:
    """To the second, for what people read."""
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _text(fields: Mapping[str, Any], name: str, *, most: int) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueError(f"Its {name} is no text")  # noqa: TRY004 - the caller tells both alike
    if len(value) > most:
        raise ValueError(f"Its {name} has more than {most} characters")
    return value


def _action(text: str) -> Action:
    if text and text not in Action.values:
        raise ValueError(f"{text!r} is no action: give one of {', '.join(Action.values)}")
    return Action(text or Action.BAN)


def _reason(text: str) -> str:
    if not text.isprintable():
        raise ValueError("Its reason is not one printable line")
    return text if text.strip() else UNTOLD
