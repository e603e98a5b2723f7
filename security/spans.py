"""Ranges out of the database by the hundred thousand: it packs them, for Python to take at once."""

import struct
from collections.abc import Iterator
from math import inf
from typing import Any

from django.db.models import Aggregate, BinaryField, CharField, QuerySet
from django.db.models.functions import Cast, Right

from security.matcher import Span

GROUPS = 8  # fetched at a time
_ROW = struct.Struct(">QQQQq")  # first and last address, and when it ends: microseconds since 1970, 0 for never


def read(rows: QuerySet[Any], *, by: str = "") -> Iterator[tuple[str, Iterator[Span]]]:
    """The ranges of bans or allows, parted by a column. All whose ids end alike (in random digits) come in one answer.

    The interpreter's lock is given up and fought for at each answer of SQLite: a million times, a busy server would always win.
    """
    grouped = rows.order_by().annotate(part=Right(Cast("id", CharField()), 2)).values(*filter(None, (by, "part")))
    packed = grouped.annotate(packed=_Packed("start", "end", "expires")).values_list(by or "part", "packed")
    for key, each in packed.iterator(chunk_size=GROUPS):
        yield key, unpacked(bytes.fromhex(each) if isinstance(each, str) else each)


class _Packed(Aggregate):
    """All rows of a group in one value: hexadecimal on SQLite, whose aggregates of text end at a zero byte."""

    output_field = BinaryField()

    def as_sqlite(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[str | int, ...]]:
        start, end, expires = self._columns(compiler)
        fraction = f"CAST(SUBSTR(SUBSTR({expires}, 21) || '000000', 1, 6) AS INTEGER)"
        micros = f"PRINTF('%%016X', CAST(STRFTIME('%%s', SUBSTR({expires}, 1, 19)) AS INTEGER) * 1000000 + {fraction})"
        return f"GROUP_CONCAT(HEX({start}) || HEX({end}) || {micros}, '')", ()

    def as_postgresql(self, compiler: Any, connection: Any, **_: Any) -> tuple[str, tuple[str | int, ...]]:
        start, end, expires = self._columns(compiler)
        micros = f"INT8SEND(COALESCE((EXTRACT(EPOCH FROM {expires}) * 1000000)::bigint, 0))"
        return f"STRING_AGG({start} || {end} || {micros}, ''::bytea)", ()

    def _columns(self, compiler: Any) -> list[str]:
        return [compiler.compile(each)[0] for each in self.get_source_expressions()[:3]]


def unpacked(packed: bytes) -> Iterator[Span]:
    for high, low, last_high, last_low, micros in _ROW.iter_unpack(packed):
        expires = micros / 1_000_000 if micros else inf
        if not high and not last_high and low >> 32 == last_low >> 32 == 0xFFFF:  # IPv4 in mapped form
            shift = (low ^ last_low).bit_length()
            yield 32, shift, (low & 0xFFFFFFFF) >> shift, expires
        else:
            shift = (low ^ last_low).bit_length() if high == last_high else 64 + (high ^ last_high).bit_length()
            yield 128, shift, (high << 64 | low) >> shift, expires
