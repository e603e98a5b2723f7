"""A table of this connection alone that holds what is to be imported: a million rows become bans at once, or none does."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from security.blocklists.entries import Entry
from security.identifiers import uuid7
from security.models import Ban, Origin, State

SCENARIO = "import"

_NAMES = ("id", "cidr", "start", "end", "action", "reason", "expires")
_COLUMNS = ", ".join(f'"{name}"' for name in _NAMES)
_HELD = "b.cidr = s.cidr AND b.action = s.action AND b.state = 'active'"
_LATER = "(b.expires IS NULL OR b.expires >= s.expires)"  # than one that ends; what never ends is only held by its like

# Of several ends for one range the latest counts: a ban is never shortened.
_ADD = f"""INSERT INTO staged ({_COLUMNS}) VALUES ({", ".join(["%s"] * len(_NAMES))})
    ON CONFLICT (cidr, action) DO UPDATE SET expires = CASE
    WHEN staged.expires IS NULL OR excluded.expires IS NULL THEN NULL
    WHEN excluded.expires > staged.expires THEN excluded.expires ELSE staged.expires END"""  # noqa: S608 - constants
_COUNT = "SELECT COUNT(*) FROM staged"
_DROP_ENDED = "DELETE FROM staged WHERE expires <= %s"
_DROP_HELD = f"DELETE FROM staged AS s WHERE EXISTS (SELECT 1 FROM security_ban b WHERE {_HELD} AND {_LATER})"  # noqa: S608
_COUNT_LONGER = f"SELECT COUNT(*) FROM staged s WHERE EXISTS (SELECT 1 FROM security_ban b WHERE {_HELD} AND b.expires > %s)"  # noqa: S608
# A cross join, or SQLite would walk along all bans to find the few that the table names.
_SUPERSEDE = f"""UPDATE security_ban SET seq = %s, state = CASE WHEN expires <= %s THEN 'expired' ELSE 'superseded' END
    WHERE id IN (SELECT b.id FROM staged s CROSS JOIN security_ban b WHERE {_HELD})"""  # noqa: S608
_INSERT = f"""INSERT INTO security_ban ({_COLUMNS}, seq, scenario, origin, actor, created, starts, state, offence,
    lifted_by, note) SELECT {_COLUMNS}, %s, %s, %s, %s, %s, %s, %s, 0, '', '' FROM staged ORDER BY start"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Counts:
    """What becomes of the distinct ranges of a file: `longer` are banned already, but for less long than the file says."""

    added: int
    longer: int
    held: int
    ended: int


@contextmanager
def table() -> Iterator[None]:
    """While the block runs, this connection has the table; nobody else sees it."""
    fields = {name: Ban._meta.get_field(name).db_type(connection) for name in _NAMES}  # noqa: SLF001 - public by its docs
    columns = ", ".join(f'"{name}" {kind}' for name, kind in fields.items())
    _run(f"CREATE TEMPORARY TABLE staged ({columns}, PRIMARY KEY (cidr, action))")
    try:
        yield
    finally:
        _run("DROP TABLE staged")


def add(entries: Iterable[Entry]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_ADD, [_values(each) for each in entries])


def sift(now: datetime) -> Counts:
    """Leave in the table what is to be written: not what ended, nor what is held for as long already."""
    ended = _run(_DROP_ENDED, _instant(now))
    held = _run(_DROP_HELD)
    longer = _number(_COUNT_LONGER, _instant(now))
    return Counts(added=_number(_COUNT) - longer, longer=longer, held=held, ended=ended)


def write(*, actor: str, seq: int, now: datetime) -> None:
    """Inside `audit.change()`, after `sift`: what is left becomes bans, in the place of shorter ones of the same ranges."""
    at = _instant(now)
    _run(_SUPERSEDE, seq, at)
    _run(_INSERT, seq, SCENARIO, Origin.IMPORT.value, actor, at, at, State.ACTIVE.value)


def _values(entry: Entry) -> tuple[Any, ...]:
    target = entry.target
    return (
        _identifier(uuid7()), str(target), target.first, target.last, entry.action.value, entry.reason,
        None if entry.expires is None else _instant(entry.expires),
    )  # fmt: skip


def _identifier(value: UUID) -> Any:
    return Ban._meta.pk.get_db_prep_value(value, connection)  # noqa: SLF001


def _instant(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _run(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)
        return int(cursor.rowcount)


def _number(statement: str, *values: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.fetchone()[0])
