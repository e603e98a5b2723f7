"""Append-only files for rows that must outlive a kill: a write that fails loses its row, counts it, and stops nobody.

Each process holds the lock of the files that it writes or has still to read; whoever gets the lock of another's adopts it.
"""

import fcntl
import os
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

LIMIT = 16 * 1024 * 1024  # bytes of one file
MOST = 256 * 1024 * 1024  # bytes of one process that nobody took yet
LINE, USUAL = 16 * 1024, 512  # bytes, more than any row has, and more than most
STALE = 60.0  # seconds after which a file that was never named is nobody's
SUFFIX = ".spool"


@dataclass(frozen=True, slots=True)
class Batch:
    """Whole lines with the byte that each starts at, and the byte behind them."""

    lines: list[tuple[int, bytes]]
    end: int


class Spool:
    """The files of one process, oldest first; the last one is written to, by any thread."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.lost = 0
        self._lock = threading.Lock()
        self._files: dict[Path, int] = {}  # -> its descriptor, which holds the lock
        self._fd: int | None = None
        self.waiting = 0  # bytes that nobody took yet
        self._size = 0
        self._torn = False

    def write(self, line: bytes) -> None:
        with self._lock:
            if not self._put(line):
                self.lost += 1

    def lose(self) -> None:
        """A row could not even be spelled."""
        with self._lock:
            self.lost += 1

    def turn(self) -> None:
        """Begin a file where there is none yet or the last one is full; raises OSError."""
        if self._fd is not None and self._size < LIMIT:
            return
        path, fd = _create(self.folder)
        with self._lock:
            self._files[path] = self._fd = fd
            self._size, self._torn = 0, False

    def files(self) -> list[Path]:
        return list(self._files)

    def is_closed(self, path: Path) -> bool:
        """Will nothing more be written to it?"""
        return self._files[path] != self._fd

    def took(self, size: int) -> None:
        """So many bytes are in the database."""
        with self._lock:
            self.waiting -= size

    def drop(self, path: Path) -> None:
        """All of a closed file is in the database."""
        path.unlink(missing_ok=True)
        os.close(self._files.pop(path))

    def close(self) -> None:
        """Write nothing more, keep the files that are there."""
        with self._lock:
            self._fd = None

    def release(self) -> None:
        """Let others adopt what is left."""
        self.close()
        while self._files:
            os.close(self._files.popitem()[1])

    def _put(self, line: bytes) -> bool:
        if self._fd is None or self.waiting > MOST:
            return False
        data = b"\n" + line if self._torn else line
        try:
            written = os.write(self._fd, data)
        except OSError:
            return False
        self._torn = written < len(data)
        self._size += written
        self.waiting += written
        return not self._torn


def read(path: Path, offset: int, *, most: int) -> Batch:
    """Up to so many whole lines from a byte on; one that is still being written, or that a kill tore, is none."""
    with path.open("rb") as file:
        file.seek(offset)
        *lines, _ = file.read(max(LINE, most * USUAL)).split(b"\n")
    found, at = [], offset
    for line in lines[:most]:
        found.append((at, line))
        at += len(line) + 1
    return Batch(found, at)


@contextmanager
def adopted(path: Path) -> Iterator[bool]:
    """Whether the file is nobody's any more, and ours until the block ends."""
    fd = _locked(path)
    try:
        yield fd is not None
    finally:
        if fd is not None:
            os.close(fd)


def names(folder: Path) -> list[Path]:
    """All files with rows, oldest first; what a kill left half made goes."""
    for path in folder.glob(".*.new"):
        with suppress(OSError), adopted(path) as ours:
            if ours and time.time() - path.stat().st_mtime > STALE:
                path.unlink()
    return sorted(folder.glob(f"*{SUFFIX}"))


def _create(folder: Path) -> tuple[Path, int]:
    """A new file; it gets its name when its lock is held, so that nobody adopts it in between."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
    draft = folder / f".{path.name}.new"
    fd = os.open(draft, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        draft.rename(path)
    except BaseException:
        os.close(fd)
        raise
    return path, fd


def _locked(path: Path) -> int | None:
    """The descriptor of a file whose lock nobody held; None also where somebody was through with it meanwhile."""
    with suppress(FileNotFoundError):
        fd = os.open(path, os.O_RDWR)
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if path.stat().st_ino == os.fstat(fd).st_ino:
                return fd
        except (BlockingIOError, FileNotFoundError):
            pass
        os.close(fd)
    return None
