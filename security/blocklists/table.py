"""CSV: every column of a ban, formulas neutralised; read back, all but whom, what, why and until when is left out."""

import csv
from collections.abc import Iterable, Iterator
from datetime import datetime

from security import cells
from security.blocklists.entries import COLUMNS, Entry, Listed, Problem, read, spelled
from security.blocklists.files import Source

NEEDED = "cidr"


class _Echo:
    """A file that hands back what is written into it."""

    def write(self, text: str) -> str:
        return text


def write(rows: Iterable[Listed], *, at: datetime) -> Iterator[str]:
    writer = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    for row in rows:
        spelling = row._replace(expires=spelled(row.expires), created=spelled(row.created))  # type: ignore[arg-type]
        yield writer.writerow([cells.guarded(str(each)) for each in spelling])


def parse(source: Source, *, at: datetime) -> Iterator[Entry | Problem]:
    reader = csv.reader((line + "\n" for line in source.lines()), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        if NEEDED not in header:
            yield Problem(1, f"The first line names no column {NEEDED}.")
            return
        if stray := [name for name in header if name not in COLUMNS]:
            yield Problem(1, f"It names a column {stray[0][:40]!r}: known are {', '.join(COLUMNS)}.")
            return
        for row in reader:
            if row:
                yield _read(reader.line_num, header, row)
    except csv.Error as error:
        yield Problem(reader.line_num, f"From here on this is no CSV: {error}.")


def recognises(line: str) -> bool:
    return NEEDED in [name.strip(' "').lower() for name in line.split(",")]


def _read(line: int, header: list[str], row: list[str]) -> Entry | Problem:
    if len(row) != len(header):
        return Problem(line, f"It has {len(row)} cells, the first line {len(header)}.")
    return read(line, {name: cells.plain(cell) for name, cell in zip(header, row, strict=True)})
