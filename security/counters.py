"""Where request rates are counted: django-ratelimit's store, and a small one of this process for when that is gone."""

import logging
import threading
import time

from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Rate = tuple[int, int]  # at most so many, in so many seconds
Count = tuple[int, int]  # how many in this window, seconds until it ends


class Store:
    """Left alone for a moment after a failure, or every request would wait for it; the alarm sounds once a minute."""

    PAUSE, SILENCE = 1.0, 60.0  # seconds
    clock = staticmethod(time.monotonic)

    def __init__(self) -> None:
        self.asleep_until = self.silent_until = 0.0

    def count(self, group: str, who: str, rate: Rate) -> Count | None:
        """Book one request; None when the store does not answer."""
        if self.clock() < self.asleep_until:
            return None
        try:
            usage = get_usage(None, group=f"{group}|", key=lambda _group, _request: f"{who}|", rate=rate, increment=True)
        except (RedisError, OSError) as error:
            self._rest(error)
            return None
        return usage["count"], usage["time_left"]

    def _rest(self, reason: object) -> None:
        now = self.clock()
        self.asleep_until = now + self.PAUSE
        if now >= self.silent_until:
            self.silent_until = now + self.SILENCE
            logger.critical("The store of request rates fails (%s): guesses are counted here, the rest passes", reason)


class Local:
    """Counters of this process alone; when it is full of live windows, whoever is new is refused."""

    ROOM = 10_000

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._windows: dict[str, tuple[int, int]] = {}  # who -> (its end, count)

    def count(self, group: str, who: str, rate: Rate) -> Count:
        name, now = f"{group}|{who}", int(time.time())
        with self._lock:
            end, count = self._windows.get(name, (0, 0))
            if end <= now:
                if not self._has_room(now):
                    return rate[0] + 1, rate[1]
                end, count = now + rate[1], 0
            self._windows[name] = (end, count + 1)
        return count + 1, end - now

    def _has_room(self, now: int) -> bool:
        if len(self._windows) >= self.ROOM:
            self._windows = {name: window for name, window in self._windows.items() if window[0] > now}
        return len(self._windows) < self.ROOM
