"""The sequence: every process learns each change of bans, keys and sessions; on an error it keeps what it knew."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from django.db import Error, connection, transaction
from django.dispatch import Signal

from security.models import Sequence

logger = logging.getLogger(__name__)

Apply = Callable[[int], None]

moved = Signal()  # sent in the thread that caught up, after every follower

INTERVAL = 0.1  # seconds between two looks; 500 ms are promised
RETRY = 1.0  # seconds until the next look after one that failed

_RAISE = "UPDATE security_sequence SET value = value + 1 WHERE id = 1"
_RAISE_AND_RETURN = "UPDATE security_sequence SET value = value + 1 WHERE id = 1 RETURNING value"

_followers: dict[str, Apply] = {}
_applied: dict[str, int] = {}
_lock = threading.Lock()


def follow(name: str, apply: Apply) -> None:
    """Call `apply(after)` whenever the sequence moved: it loads the rows with a seq above `after`; 0 means all anew."""
    _followers[name] = apply


def bump(*, only: str = "") -> int:
    """The next number of the sequence, for the caller's rows; later bumpers wait until the caller's transaction ends.

    `only` names the one follower whom the change concerns: this process then spares the others their question.
    """
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("bump() belongs inside the transaction of the change it announces.")
    number = _next()
    transaction.on_commit((lambda: _told(only, number)) if only else catch_up, robust=True)
    return number


def current() -> int:
    return Sequence.objects.filter(pk=1).values_list("value", flat=True).first() or 0


def catch_up() -> bool:
    """Bring this process's memory up to the database; False: a follower failed, keeps its place and must be asked again."""
    with _lock:
        now = current()
        behind = any(_applied.get(name) != now for name in _followers)
        advanced = [_advance(name, apply, now) for name, apply in _followers.items()]
    if behind:
        moved.send_robust(sender=Sequence)
    return all(advanced)


def _next() -> int:
    """One statement where the row is there; two on SQLite before 3.35, which cannot return what it wrote."""
    returns = connection.features.can_return_columns_from_insert
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(_RAISE_AND_RETURN if returns else _RAISE)
            if not returns:
                cursor.execute("SELECT value FROM security_sequence WHERE id = 1")
            if row := cursor.fetchone():
                return int(row[0])
            Sequence.objects.get_or_create(pk=1)
    raise RuntimeError("The sequence has no row.")


def _told(name: str, number: int) -> bool:
    """What came under this number is known to concern one follower; whoever missed an earlier one asks the database."""
    with _lock:
        if all(_applied.get(each) == number - 1 for each in _followers):
            advanced = [each != name or _advance(name, _followers[name], number) for each in _followers]
            _applied.update({each: number for each in _followers if each != name})
            return all(advanced)
    return catch_up()


def forget() -> None:
    """Load everything anew at the next catch-up (a restored database, a test that rolled back)."""
    with _lock:
        _applied.clear()


def _advance(name: str, apply: Apply, now: int) -> bool:
    after = _applied.get(name)
    if after == now:
        return True
    try:
        apply(0 if after is None or after > now else after)
    except Exception:
        logger.exception("%s could not be brought up to date; the last known state stays in force", name)
        return False
    _applied[name] = now
    return True


class Watcher:
    """A thread that sees what other processes commit and catches up; an unreachable database it asks again every second."""

    def __init__(self) -> None:
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._file: sqlite3.Connection | None = None
        self._seen: int | None = None
        self._well = True

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Waits for a look under way."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            pause = INTERVAL if self._look() else RETRY
        self._let_go()

    def _look(self) -> bool:
        try:
            version = self._version()
            caught_up = version == self._seen or catch_up()
        except (Error, sqlite3.Error):
            if self._well:
                logger.exception("the sequence cannot be read; the last known state stays in force")
            self._well = False
            self._let_go()
            return False
        if not self._well:
            logger.warning("the sequence can be read again")
        self._well = True
        self._seen = version if caught_up else None
        return caught_up

    def _version(self) -> int:
        """A number that moves with the database: on SQLite a hundred times cheaper to ask than the sequence itself."""
        if connection.vendor != "sqlite":
            return current()
        if self._file is None:
            # A connection of its own: one that Django reopens, or that holds a read open, would miss a commit.
            path = Path(connection.settings_dict["NAME"]).absolute().as_uri()
            self._file = sqlite3.connect(f"{path}?mode=rw", uri=True, isolation_level=None)
        version: int = self._file.execute("PRAGMA data_version").fetchone()[0]
        return version

    def _let_go(self) -> None:
        if self._file is not None:
            self._file.close()
        self._file = self._seen = None
        connection.close()
