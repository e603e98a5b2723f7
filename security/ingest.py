"""Takes rows from spools into the database, each once, with its sums in one transaction; what fails is tried again."""

import json
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from http.client import TOO_MANY_REQUESTS
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DataError, IntegrityError, connections, transaction

from security import alerts, bulk, latency, pieces, rollups, spool, trail
from security.alerts import Alarm
from security.background import guarded
from security.models import Spool as Mark
from security.models.traffic import Kind
from security.rollups import MINUTE, Group, Key, Sums
from security.scores import Scenario
from security.silence import Silence
from security.spool import Spool
from security.trail import Row

logger = logging.getLogger(__name__)

EVERY = 1.0  # seconds between two looks
ADOPT_EVERY = 5.0  # seconds between two looks for what a killed process left
BATCH = 500  # rows of one transaction
PLACES = 40  # bits of an entry's id that say at which byte it stood
REST = 4.0  # times as long as a batch took: thousands of rows a second nevertheless
PATIENCE = 5.0  # seconds that a stop may take; what is left then is adopted

UNFIT = (DataError, IntegrityError, ArithmeticError, TypeError, ValueError)  # of one row; all else is tried again

Placed = tuple[int, Row]  # an entry's id, and what it says

TABLE, COLUMNS = "security_trafficentry", ("id", *Row._fields[:-1], "anonymous")


class Ingest:
    """One daemon thread of each process; between two batches it rests longer than one took, so that requests go first."""

    def __init__(self) -> None:
        self.spool = Spool(Path(settings.DATA_DIR) / "spool")
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="ingest", daemon=True)
        self._adopt_at = 0.0
        self._told = 0
        self._silence = Silence(60.0)

    def start(self) -> None:
        self._turn()
        trail.open_to(self.spool)
        self._thread.start()

    def stop(self) -> None:
        """After the last request."""
        self.spool.close()
        self._stopping.set()
        self._thread.join(PATIENCE)
        trail.open_to(None)

    def look(self) -> None:
        """Take all that is there."""
        self._turn()
        self._take_own()
        if time.monotonic() >= self._adopt_at:
            self._adopt_at = time.monotonic() + ADOPT_EVERY
            self._adopt()

    def _run(self) -> None:
        while not self._stopping.wait(EVERY):
            guarded("taking in the traffic trail", self.look)
        guarded("taking in the last of the traffic trail", self._take_own)
        self.spool.release()
        connections.close_all()

    def _turn(self) -> None:
        try:
            self.spool.turn()
        except OSError as error:
            self._alarm(f"{self.spool.folder} takes no files: {error.strerror}.")
        if self.spool.lost > self._told:
            self._alarm(f"{self.spool.lost} requests are missing in the traffic trail: the spool took nothing more.")

    def _alarm(self, sentence: str) -> None:
        if self._silence.is_over():
            self._told = self.spool.lost
            alerts.sound(Alarm.TRAIL, sentence)

    def _take_own(self) -> None:
        for path in self.spool.files():
            closed = self.spool.is_closed(path)  # asked first: nothing is written to it after that
            while (closed or self.spool.waiting) and (size := self._take(path)):
                self.spool.took(size)
            if closed:
                self.spool.drop(path)
                _forget(path)

    def _adopt(self) -> None:
        mine = set(self.spool.files())
        for path in spool.names(self.spool.folder):
            if path not in mine and not self._stopping.is_set():
                with spool.adopted(path) as ours:
                    if ours:
                        self._take_over(path)

    def _take_over(self, path: Path) -> None:
        while self._take(path):
            if self._stopping.is_set():
                return
        path.unlink()
        _forget(path)
        logger.info("Took in what a process left in %s", path.name)

    def _take(self, path: Path) -> int:
        began = time.monotonic()
        size = take(path)
        self._stopping.wait(REST * (time.monotonic() - began) if size else 0.0)
        return size


def take(path: Path) -> int:
    """The next rows of a file whose lock is held; how many bytes they were, 0 at its end."""
    mark, _ = Mark.objects.get_or_create(name=path.name)
    batch = spool.read(path, mark.offset, most=BATCH)
    if not batch.lines:
        return 0
    rows = [(mark.pk << PLACES | at, row) for some in pieces.of(batch.lines) for at, row in _parsed(some)]
    try:
        _store(mark, rows, end=batch.end)
    except UNFIT:
        _store(mark, [each for each in rows if _fits(each)], end=batch.end)
    return batch.end - mark.offset


def sums_of(rows: Iterable[Row]) -> dict[Key, Sums]:
    """By minute and group; how long sockets were open is no latency."""
    found: dict[tuple[float, Group], Sums] = defaultdict(Sums)
    for row in rows:
        is_socket = row.kind == Kind.SOCKET
        group = Group.SOCKETS if is_socket else rollups.group_of(row.route, row.path, row.method)
        sums = found[row.at // MINUTE, group]
        sums.requests += 1
        sums.not_found += row.status == 404
        sums.bad_keys += any(scenario == Scenario.KEYS for scenario, *_ in row.tried or ())
        if row.ms is not None and not is_socket:
            latency.count(sums.own, row.ms - (row.broker_ms or 0.0))
        if row.broker_ms is not None:
            latency.count(sums.broker, row.broker_ms)
    return {(rollups.minute_of(minute * MINUTE), group): sums for (minute, group), sums in found.items()}


def _parsed(lines: Sequence[tuple[int, bytes]]) -> list[tuple[int, Row]]:
    """All at once where all are whole; else one by one without those that a full disk tore."""
    try:
        found = json.loads(b"[" + b",".join(line for _, line in lines) + b"]")
        return [(at, Row(*fields)) for (at, _), fields in zip(lines, found, strict=True)]
    except (ValueError, TypeError):
        return [(at, row) for at, line in lines if (row := _read(line)) is not None]


def _read(line: bytes) -> Row | None:
    try:
        return Row(*json.loads(line))
    except (ValueError, TypeError):
        logger.warning("A line of the traffic trail cannot be read: left out")
        return None


def _store(mark: Mark, rows: Sequence[Placed], *, end: int) -> None:
    values = [_values(row) for some in pieces.of(rows) for row in some]
    sums = sums_of(row for _, row in rows)
    with transaction.atomic():
        if not Mark.objects.filter(pk=mark.pk, offset=mark.offset).update(offset=end):
            raise RuntimeError(f"Somebody else reads {mark.name}.")
        bulk.insert(TABLE, COLUMNS, values)
        rollups.add(sums)


def _fits(row: Placed) -> bool:
    """Does the database take it? One row that it refuses must not hold up all that come after."""
    try:
        with transaction.atomic():
            bulk.insert(TABLE, COLUMNS, [_values(row)])
            sums_of([row[1]])
            transaction.set_rollback(True)
    except UNFIT:
        logger.warning("A row of the traffic trail does not fit: left out", exc_info=True)
        return False
    return True


def _values(row: Placed) -> tuple[Any, ...]:
    """A repetition that limits refused tells nothing: with it, a flood of one probe would pass for evidence."""
    place, (at, *facts, tried, incident, again) = row
    tells = tried and not (again and row[1].status == TOO_MANY_REQUESTS)
    return (place, bulk.instant(at), *facts, json.dumps(tried) if tells else None, incident, False)


def _forget(path: Path) -> None:
    """Once the file is gone; its number is never given again."""
    Mark.objects.filter(name=path.name).delete()
