"""Files beside the database that know how far the audit chain came: a cut tail is seen; a failure here stops no change.

`audit.head` holds the newest row and moves with every commit; `audit.anchors` gets a line every 1,000 rows or 60 s. Each host
has its own. A process that is killed between its commit and the head leaves the head a little behind, which is no harm.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from security.chain import NO_MAC, Place

ROWS, SECONDS = 1_000, 60.0  # the most between two anchors
SETTLE_EVERY = 5.0  # seconds between two looks whether one is due: so much later it may come
SIZE = 256  # bytes of the head, so that one write replaces it


class Unreadable(Exception):
    """A file that is there says nothing that can be understood; the sentence names it."""


@dataclass(frozen=True, slots=True)
class Head:
    """The newest row this host knows of, and when it last wrote an anchor."""

    seq: int = 0
    mac: str = NO_MAC
    anchored: int = 0
    anchored_at: float = 0.0

    @property
    def is_due(self) -> bool:
        rows, seconds = self.seq - self.anchored, abs(time.time() - self.anchored_at)
        return rows >= ROWS or (rows > 0 and seconds >= SECONDS)


def note(place: Place, *, follows: str) -> None:
    """After a commit: the chain came as far as this row, which follows that mac."""
    with _held() as fd:
        head = _parsed(os.pread(fd, SIZE, 0))
        if place.seq <= head.seq:  # another process was faster, or rows were cut: then the head still tells of them
            return
        if place.seq == head.seq + 1 and follows != head.mac and head.seq > head.anchored:
            head = _anchor(head)  # rows were cut and others grew in their place: what was known is kept
        head = replace(head, seq=place.seq, mac=place.mac)
        _write(fd, _anchor(head) if head.is_due else head)


def settle() -> None:
    """Write the anchor that is due though no row came since."""
    if not _head_path().exists():
        return
    with _held() as fd:
        head = _parsed(os.pread(fd, SIZE, 0))
        if head.is_due:
            _write(fd, _anchor(head))


def head() -> Place | None:
    """The newest row noted here; None where nothing was noted."""
    try:
        found = _parsed(_head_path().read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unreadable(f"{_head_path().name} cannot be read: {error.strerror}.") from error
    return Place(found.seq, found.mac) if found.seq else None


def read(*, tail: int | None = None) -> Iterator[Place]:
    """The anchors written until now, oldest first, or those in so many last bytes; a line that a kill tore says nothing."""
    path = _anchors_path()
    try:
        with path.open("rb") as file:
            rest = os.fstat(file.fileno()).st_size
            if tail is not None and rest > tail:
                file.seek(rest - tail)
                rest = tail - len(file.readline())
            for line in file:
                if (rest := rest - len(line)) < 0:
                    return
                if line.rstrip().endswith(b"}"):
                    yield _line(line, f"A line of {path.name}, {line[:40]!r},")
    except FileNotFoundError:
        return
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be read: {error.strerror}.") from error


def _line(line: bytes, name: str) -> Place:
    try:
        found = json.loads(line)
        seq, mac = found["seq"], found["mac"]
        if type(seq) is not int or len(bytes.fromhex(mac)) != 32:
            raise ValueError(line)  # noqa: TRY301 - as unreadable as no JSON
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{name} cannot be understood.") from error
    return Place(seq, mac)


def _parsed(data: bytes) -> Head:
    if not data:  # made, and its maker killed before it wrote
        return Head()
    name = _head_path().name
    place = _line(data, name)
    try:
        known = json.loads(data)
        return Head(place.seq, place.mac, int(known["anchored"]), float(known["anchored_at"]))
    except (ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{name} cannot be understood.") from error


def _write(fd: int, head: Head) -> None:
    os.pwrite(fd, json.dumps(asdict(head)).encode().ljust(SIZE - 1) + b"\n", 0)


def _anchor(head: Head) -> Head:
    """Append the line; the head that knows of it."""
    at = datetime.now(UTC)
    line = {"seq": head.seq, "mac": head.mac, "count": head.seq - head.anchored, "at": at.isoformat(timespec="seconds")}
    fd = os.open(_anchors_path(), os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        size = os.fstat(fd).st_size
        torn = size > 0 and os.pread(fd, 1, size - 1) != b"\n"
        os.write(fd, b"\n" * torn + json.dumps(line).encode() + b"\n")
        os.fdatasync(fd)
    finally:
        os.close(fd)
    return replace(head, anchored=head.seq, anchored_at=at.timestamp())


@contextmanager
def _held() -> Iterator[int]:
    """The head, while no other process moves it."""
    fd = os.open(_head_path(), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield fd
    finally:
        os.close(fd)


def _head_path() -> Path:
    return Path(settings.DATA_DIR) / "audit.head"


def _anchors_path() -> Path:
    return Path(settings.DATA_DIR) / "audit.anchors"
