"""Audit chains for tests: rows of any number with valid macs, and the hands that tamper with them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from security import chain, crypto, entries
from security.chain import START, Place
from security.models import AuditEntry

BEGAN = datetime(2026, 4, 1, 9, 15, 0, 123456, tzinfo=UTC)
TEXTS = ("bans:ban:order", "öwner", "1", "2001:db8::9", "session 0123", "203.0.113.9", "done", '{"a":1}', '{"b":"ü"}')

# row 3 once more and changed, for an INSERT of any kind
_CHANGED = entries._NAMES.replace('"about"', "'x'")
COPY = f"INTO security_auditentry ({entries._NAMES}) SELECT {_CHANGED} FROM security_auditentry WHERE seq = 3"  # noqa: S608


def make(count: int, *, after: Place = START, step: timedelta = timedelta(seconds=1)) -> Place:
    """So many rows behind a place, written straight into the table; where they end."""
    key_id, key = crypto.newest(settings.AUDIT_KEYS)
    derived, spell = chain.derive(key), connection.ops.adapt_datetimefield_value

    def row(seq: int) -> chain.Row:
        nonlocal after
        at, values = BEGAN + seq * step, (*TEXTS, key_id)
        after = Place(seq, chain.seal(derived, after.mac, seq, (chain.spelled(at), *values)))
        return (seq, spell(at), *values, after.mac)

    numbers = iter(range(after.seq + 1, after.seq + count + 1))
    with transaction.atomic(), connection.cursor() as cursor:
        while rows := [row(seq) for seq in islice(numbers, 20_000)]:
            if connection.vendor == "sqlite":
                cursor.executemany(entries._INSERT, rows)
                continue
            with cursor.copy(f"COPY security_auditentry ({entries._NAMES}) FROM STDIN") as copy:
                for each in rows:
                    copy.write_row(each)
    return after


def tamper(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@contextmanager
def unconstrained() -> Iterator[None]:
    """Rolls back what is done inside, by somebody with the file or the rights of the table's owner: nothing constrains them."""
    on_sqlite = connection.vendor == "sqlite"
    try:
        with transaction.atomic():
            if on_sqlite:
                tamper("PRAGMA ignore_check_constraints = ON")
            else:
                _drop_constraints()
            yield
            transaction.set_rollback(True)
    finally:
        if on_sqlite:
            tamper("PRAGMA ignore_check_constraints = OFF")  # no rollback resets it


def _drop_constraints() -> None:
    for constraint in AuditEntry._meta.constraints:
        tamper(f"ALTER TABLE security_auditentry DROP CONSTRAINT {constraint.name}")


def edit(column: str, expression: str, seq: int, *values: Any) -> None:
    """Set a column of one row to an SQL expression."""
    tamper(f'UPDATE security_auditentry SET "{column}" = {expression} WHERE seq = %s', *values, seq)  # noqa: S608


def cut(first: int, last: int) -> None:
    """Delete rows."""
    tamper("DELETE FROM security_auditentry WHERE seq BETWEEN %s AND %s", first, last)


def renumber(old: int, new: int) -> None:
    edit("seq", "%s", old, new)
