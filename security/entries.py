"""The rows of the audit chain as the database holds them, unconverted: a byte that does not belong there must be seen."""

from collections.abc import Iterator
from typing import Any

from django.db import OperationalError, connection

from security.chain import COLUMNS, START, Place, Row
from security.models import AuditSegment

CHUNK = 2_000  # rows in memory at a time

_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_AT = {
    "sqlite": "CASE length(at) WHEN 19 THEN at || '.000000' ELSE at END",
    "postgresql": "to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US')",
}
_PLACE = "SELECT seq, mac FROM security_auditentry"
_INSERT = f"INSERT INTO security_auditentry ({_NAMES}) VALUES ({', '.join(['%s'] * len(COLUMNS))})"  # noqa: S608 - constants


def after(seq: int, *, upto: int | None = None) -> Iterator[list[Row]]:
    """The rows behind a number in order, chunk by chunk, each read on its own: no long transaction is held."""
    limit, values = ("", ()) if upto is None else (" AND seq <= %s", (upto,))  # SQLite would sort a text behind any number
    while chunk := _read(f"{_select()} WHERE seq > %s{limit} ORDER BY seq LIMIT {CHUNK}", (seq, *values)):
        yield chunk
        seq = chunk[-1][0]


def newest() -> Place:
    """Where the chain ends now."""
    return _place(f"{_PLACE} ORDER BY seq DESC LIMIT 1") or _closed() or START


def place(seq: int) -> Place | None:
    """The place of one row, which may be where a closed segment ended."""
    if seq == 0:
        return START
    found = AuditSegment.objects.filter(pk=seq).values_list("last", "mac").first()
    return Place(*found) if found else _place(f"{_PLACE} WHERE seq = %s", seq)


def first() -> int | None:
    """The lowest number there is."""
    return _number("SELECT min(seq) FROM security_auditentry")


def first_since(at: Any) -> int | None:
    """The lowest number of a row that is not older."""
    value = connection.ops.adapt_datetimefield_value(at)
    return _number("SELECT min(seq) FROM security_auditentry WHERE at >= %s", value)


def insert(row: Row) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, row)


def _closed() -> Place | None:
    found = AuditSegment.objects.order_by("-last").values_list("last", "mac").first()
    return Place(*found) if found else None


def _place(statement: str, *values: Any) -> Place | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return Place(*row) if row else None


def _number(statement: str, *values: Any) -> int | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return None if row is None else row[0]


def _select() -> str:
    names = _NAMES.replace('"at"', _AT[connection.vendor])
    return f"SELECT {names} FROM security_auditentry"  # noqa: S608 - constants


def _read(statement: str, values: tuple[int, ...]) -> list[Row]:
    try:
        return _fetch(statement, values)
    except OperationalError:
        if connection.vendor != "sqlite":
            raise
    raw: Any = connection.connection  # a text may be no UTF-8 any more, which is to be seen, not to fail
    usual, raw.text_factory = raw.text_factory, lambda data: data.decode(errors="surrogateescape")
    try:
        return _fetch(statement, values)
    finally:
        raw.text_factory = usual


def _fetch(statement: str, values: tuple[int, ...]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
