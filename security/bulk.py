"""Rows into a table past the ORM, whose statements take seven times as long to make as to run: requests would pay for that."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from security.pieces import PIECE


def insert(table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]], *, or_leave: bool = False) -> int:
    """How many came in; `or_leave`: what stands already stays, else it is an error. Names are constants of ours.

    One statement for many rows: with one for each, SQLite's driver asks for the interpreter again after every row.
    """
    names, row = ", ".join(f'"{name}"' for name in columns), f"({', '.join(['%s'] * len(columns))})"
    end = " ON CONFLICT DO NOTHING" if or_leave else ""
    inserted = 0
    with connection.cursor() as cursor:
        for start in range(0, len(rows), PIECE):
            some = rows[start : start + PIECE]
            into = f'INSERT INTO "{table}" ({names}) VALUES {", ".join([row] * len(some))}{end}'  # noqa: S608 - constants
            cursor.execute(into, [value for each in some for value in each])
            inserted += cursor.rowcount
    return inserted


def instant(at: float) -> str:
    """As both engines take it, in UTC, and as Django spells it: on SQLite instants are compared as texts."""
    return datetime.fromtimestamp(at, UTC).replace(tzinfo=None).isoformat(" ")
