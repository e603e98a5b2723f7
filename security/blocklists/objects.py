"""JSON: a list of objects, written one a line and read one at a time, however long the list is."""

import json
import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from security.blocklists.entries import COLUMNS, Entry, Listed, Problem, read, spelled
from security.blocklists.files import LONGEST, Source

_BETWEEN = re.compile(r"[\s,\[\]]*")
_decode = json.JSONDecoder().raw_decode


def write(rows: Iterable[Listed], *, at: datetime) -> Iterator[str]:
    yield "["
    before = "\n"
    for row in rows:
        end = None if row.expires is None else spelled(row.expires)
        values = row._replace(expires=end, created=spelled(row.created))  # type: ignore[arg-type]
        yield before + json.dumps(dict(zip(COLUMNS, values, strict=True)), ensure_ascii=False)
        before = ",\n"
    yield "\n]\n"


def parse(source: Source, *, at: datetime) -> Iterator[Entry | Problem]:
    """A list of objects, or one object a line."""
    text, position, line, more = "", 0, 1, source.chunks()
    while True:
        start = _between(text, position)
        line += text.count("\n", position, start)
        found, end = _first(text, start)
        if end:
            yield read(line, found)
            line, position = line + text.count("\n", start, end), end
            continue
        piece = next(more, "") if len(text) - start <= LONGEST else ""
        if not piece:
            break
        text, position = text[start:] + piece, 0
    if start < len(text):
        yield Problem(line, "From here on this is no list of JSON objects.")


def recognises(line: str) -> bool:
    return line.startswith(("[", "{"))


def _between(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return found.end() if found else position


def _first(text: str, position: int) -> tuple[Any, int]:
    """The object at a position and where it ends; 0 where there is none, or not all of it."""
    if not text.startswith("{", position):
        return None, 0
    try:
        return _decode(text, position)
    except (ValueError, RecursionError):
        return None, 0
