"""The sequence: every process learns each change of bans, keys and sessions; on an error it keeps what it knew."""

import logging
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

from django.db import Error, connection, transaction
from django.dispatch import Signal

from security import alerts, hints
from security.alerts import Alarm
from security.models import Sequence

logger = logging.getLogger(__name__)

Apply = Callable[[int], None]

moved = Signal()  # sent in the thread that caught up, after every follower

INTERVAL = 0.1  # seconds between two looks at SQLite's file; 500 ms are promised
POLL = 0.25  # seconds between two questions to a database server, which hints save from waiting
PACE = 0.02  # seconds between two looks at least, however many hints come
RETRY = 1.0  # seconds until the next look after one that failed

_RAISE = "UPDATE security_sequence SET value = value + 1 WHERE id = 1"
_RAISE_AND_RETURN = f"{_RAISE} RETURNING value"
_RAISE_AND_NOTIFY = f"WITH raised AS ({_RAISE_AND_RETURN}) SELECT value, pg_notify('openalgo_sequence', '') FROM raised"  # noqa: S608

_followers: dict[str, Apply] = {}
_applied: dict[str, int] = {}
_failing: set[str] = set()
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
    transaction.on_commit(hints.tell, robust=True)
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
    statement = _RAISE_AND_NOTIFY if connection.vendor == "postgresql" else _RAISE_AND_RETURN if returns else _RAISE
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute(statement)
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
        _failing.clear()


def _advance(name: str, apply: Apply, now: int) -> bool:
    after = _applied.get(name)
    if after == now:
        return True
    try:
        apply(0 if after is None or after > now else after)
    except Exception:
        logger.exception("%s could not be brought up to date; the last known state stays in force", name)
        if name not in _failing:
            _failing.add(name)
            alerts.sound(Alarm.BAN_LIST, f"The {name} could not be read; the last known ones stay in force.", about=name)
        return False
    _applied[name] = now
    _failing.discard(name)
    return True


class Watcher:
    """A thread that sees what other processes commit and catches up; an unreachable database it asks again every second."""

    def __init__(self) -> None:
        self._stopped, self._news = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._hints = hints.sources()
        self._file: sqlite3.Connection | None = None
        self._seen: int | None = None
        self._well = True

    def start(self) -> None:
        self._thread.start()
        for hint in self._hints:
            hint.start(self._news.set)

    def stop(self) -> None:
        """Waits for a look under way."""
        self._stopped.set()
        self._news.set()
        for each in self._hints:
            each.stop()
        self._thread.join()
        for each in self._hints:
            each.join()

    def _run(self) -> None:
        pause = INTERVAL if connection.vendor == "sqlite" else POLL
        while not self._stopped.is_set():
            self._news.clear()
            if self._stopped.wait(PACE if self._look() else RETRY):
                break
            self._news.wait(pause)
        self._let_go()

    def _look(self) -> bool:
        try:
            version = self._version()
            caught_up = version == self._seen or catch_up()
        except (Error, sqlite3.Error):
            if self._well:
                logger.exception("the sequence cannot be read; the last known state stays in force")
                alerts.sound(Alarm.BAN_LIST, "The database is silent; the last known bans stay in force.", about="sequence")
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
