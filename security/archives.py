"""Stretches of the audit chain as files of JSON lines, whole or not there at all; a file that was cut or edited is found.

The first line is a sealed header with the place before the first row and that of the last; then one row a line.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from django.conf import settings

from security import crypto, entries
from security.chain import COLUMNS, Break, Kind, Place, Report, Row, Walk
from security.crypto import Ring

FORMAT = 1


@dataclass(frozen=True, slots=True)
class Written:
    """What went into a file: where its rows end, the file's digest, and the first row that does not fit."""

    end: Place
    sha256: str
    broken: Break | None


class NotAnArchive(Exception):
    """The file holds no stretch of an audit chain; the sentence says why."""


def write(path: Path, *, start: Place, last: int, checked: bool = True) -> Written:
    """The rows behind a place up to a number, durably or not at all; `checked` writes no stretch that is broken."""
    draft = path.with_name(f"{path.name}.new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            written = pour(file, start=start, last=last, checked=checked)
            file.flush()
            os.fsync(file.fileno())
        if not (written.broken and checked):
            draft.replace(path)
            _settle(path.parent)
        return written
    finally:
        draft.unlink(missing_ok=True)


def pour(file: BinaryIO, *, start: Place, last: int, checked: bool = True) -> Written:
    """The same into an open file. Unchecked, a broken stretch is written all the same, as evidence."""
    digest, walk, broken = hashlib.sha256(), Walk(settings.AUDIT_KEYS, start=start), None
    end = entries.place(last)
    if end is None:
        return Written(start, "", Break(Kind.GAP, last, f"Row {last} is missing."))

    def put(line: str) -> None:
        data = line.encode() + b"\n"
        digest.update(data)
        file.write(data)

    put(json.dumps(_header(start, end)))
    for rows in entries.after(start.seq, upto=last):
        broken = broken or walk.along(rows)
        if broken and checked:
            break
        for row in rows:
            put(json.dumps(dict(zip(COLUMNS, row, strict=True)), default=repr))
    return Written(end, digest.hexdigest(), broken)


def verify(path: Path, ring: Ring) -> Report:
    """Walk along a file; raises NotAnArchive where it is none."""
    with path.open("rb") as file:
        start, end = _read_header(file.readline(), ring)
        walk = Walk(ring, start=start, noted=[end])
        found = walk.along(_rows(file, start.seq + 1)) or walk.end()
    if found is None and walk.place != end:
        found = Break(Kind.EDIT, end.seq + 1, f"The file goes on behind row {end.seq}, where it should end.")
    return Report(walk.place, walk.place.seq - start.seq, 0, walk.met, found)


def _rows(file: BinaryIO, first: int) -> Iterator[Row]:
    """A line that is no row stands for one that does not fit."""
    for seq, line in enumerate(file, start=first):
        try:
            row = json.loads(line)
            found = tuple(row[name] for name in COLUMNS)
        except (ValueError, KeyError, TypeError, RecursionError):
            found = (seq, *[""] * (len(COLUMNS) - 3), crypto.newest(settings.AUDIT_KEYS)[0], "")
        yield found


def _header(start: Place, end: Place) -> dict[str, Any]:
    key_id, key = crypto.newest(settings.AUDIT_KEYS)
    told = {"audit": FORMAT, "first": start.seq + 1, "last": end.seq, "before": start.mac, "mac": end.mac, "key_id": key_id}
    return told | {"seal": _seal(told, key)}


def _read_header(line: bytes, ring: Ring) -> tuple[Place, Place]:
    try:
        told = json.loads(line)
        seal = told.pop("seal")
        start, end, key_id = Place(told["first"] - 1, told["before"]), Place(told["last"], told["mac"]), told["key_id"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        _refuse("its first line is no header")
    if key_id not in dict(ring):
        _refuse(f"its header names the key {key_id!r}, which AUDIT_KEYS lacks")
    if told.get("audit") != FORMAT or _seal(told, crypto.key_of(ring, key_id)) != seal:
        _refuse("the seal of its header does not fit")
    return start, end


def _refuse(why: str) -> NoReturn:
    raise NotAnArchive(f"This is no exported stretch of an audit chain: {why}.")


def _seal(told: dict[str, Any], key: bytes) -> str:
    return crypto.digest(key, purpose="audit archive", data=json.dumps(told, sort_keys=True).encode()).hex()


def _settle(folder: Path) -> None:
    """A name is as durable as its folder."""
    fd = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
