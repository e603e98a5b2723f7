"""What the filters of a log select, as a file: read while it is sent, bounded, and no cell of it runs as a formula."""

import csv
import io
import json
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import chain, repeat
from operator import attrgetter
from typing import Any, Protocol

from security import cells

MOST = 100_000  # rows of a file
AT_ONCE = 1_000  # rows in memory
WALKS = 2_000  # pages that are read for a file, most of them short where few rows pass


class Page(Protocol):
    @property
    def rows(self) -> Sequence[Any]: ...
    @property
    def after(self) -> str: ...
    @property
    def until(self) -> datetime | None: ...


Read = Callable[[str, int], Page]  # what follows an `after`, so many rows at most


def as_csv(columns: Sequence[str], read: Read) -> Iterator[str]:
    """A line of names, a line for each row, and one that says so where the file was cut."""
    yield _line(columns)
    cut = yield from _read(columns, read, lambda row: _line(map(_cell, row)))
    if cut:
        yield _line([cut])


def as_json(columns: Sequence[str], read: Read) -> Iterator[str]:
    """An object of `rows`, one a line, and `cut`: null, or why there are no more."""
    between = chain(["\n"], repeat(",\n"))
    yield '{"rows": ['
    cut = yield from _read(
        columns, read, lambda row: next(between) + json.dumps(dict(zip(columns, map(_plain, row), strict=True)))
    )
    yield f'\n], "cut": {json.dumps(cut or None)}}}\n'


FORMS: dict[str, tuple[str, Callable[[Sequence[str], Read], Iterator[str]]]] = {
    "csv": ("text/csv; charset=utf-8", as_csv),
    "json": ("application/json", as_json),
}


def _read(columns: Sequence[str], read: Read, spell: Callable[[tuple[Any, ...]], str]) -> Generator[str, None, str]:
    """The rows' texts, page by page; returns why it ended before the last row, if it did."""
    values, count, after = attrgetter(*columns), 0, ""
    for _ in range(WALKS):
        page = read(after, min(AT_ONCE, MOST - count))
        if page.rows:
            yield "".join(spell(values(row)) for row in page.rows)
        count, after = count + len(page.rows), page.after
        if not after:
            return ""
        if count >= MOST:
            break
    reached = page.until.isoformat() if page.until else "an older row"
    return f"Cut after {count:,} rows, at {reached}: for older ones, ask until then."


def _line(texts: Iterable[str]) -> str:
    line = io.StringIO()
    csv.writer(line).writerow(texts)
    return line.getvalue()


def _cell(value: Any) -> str:
    found = _plain(value)
    return cells.guarded(found) if isinstance(found, str) else "" if found is None else str(found)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value
