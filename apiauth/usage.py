"""When, from where and how often each key was used: counted in memory, written every few seconds, never on a request's path."""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections, connection, transaction
from django.db.models import F, Q
from django.utils import timezone

from apiauth.models import ApiKey

logger = logging.getLogger(__name__)

FLUSH_EVERY = 5.0  # seconds


@dataclass(slots=True)
class Use:
    count: int
    last: datetime
    address: str


_uses: dict[int, Use] = {}
_lock = threading.Lock()
_timer: threading.Timer | None = None


def note(pk: int, *, address: str) -> None:
    """Remember one use; the first one after a flush arms the next."""
    global _timer  # noqa: PLW0603
    with _lock:
        known = _uses.get(pk)
        _uses[pk] = Use(count=known.count + 1 if known else 1, last=timezone.now(), address=address)
        if _timer is None:
            _timer = threading.Timer(FLUSH_EVERY, _flush_alone)
            _timer.daemon = True
            _timer.start()


def flush() -> None:
    """Write what was remembered; what cannot be written is kept for the next time."""
    taken = _take()
    if not taken:
        return
    try:
        with transaction.atomic():
            for pk, use in taken.items():
                _write(pk, use)
    except Exception:
        _put_back(taken)
        raise


def forget() -> None:
    _take()


def _take() -> dict[int, Use]:
    global _uses, _timer
    with _lock:
        if _timer is not None:
            _timer.cancel()
        taken, _uses, _timer = _uses, {}, None
    return taken


def _put_back(taken: dict[int, Use]) -> None:
    with _lock:
        for pk, use in taken.items():
            newer = _uses.get(pk)
            _uses[pk] = use if newer is None else Use(use.count + newer.count, newer.last, newer.address)


def _write(pk: int, use: Use) -> None:
    row = ApiKey.objects.filter(pk=pk)
    row.update(uses=F("uses") + use.count)
    # Another process may have written a later use already.
    row.filter(Q(last_used=None) | Q(last_used__lte=use.last)).update(last_used=use.last, last_address=use.address)


def _flush_alone() -> None:
    close_old_connections()
    try:
        flush()
    except Exception:
        logger.exception("the use of API keys could not be written; it is kept for the next time")
    finally:
        connection.close()
