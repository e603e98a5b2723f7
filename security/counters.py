"""Where request rates are counted: django-ratelimit's store, and a small one of this process for when that is gone."""

import hashlib
import threading
import time
from collections import OrderedDict
from itertools import islice

from django.core.cache.backends.locmem import LocMemCache
from django_ratelimit.core import get_usage
from redis.exceptions import RedisError

from security import alerts
from security.alerts import Alarm
from security.rates import Rate, Rule

UNLIMITED = 1_000_000_000
LOGINS = f":{Rule.LOGIN}|"
Count = tuple[int, int]  # how many in this window, seconds until it ends


class Named:
    """What django-ratelimit hashes a counter's name with: its rule stays legible, so that a full cache knows what to keep."""

    def __init__(self, text: bytes) -> None:
        self._text = text

    def hexdigest(self) -> str:
        return f"{self._text.partition(b'|')[0].decode()}|{hashlib.sha256(self._text).hexdigest()}"


class Counters(LocMemCache):
    """Django's local cache. When it is full the third that was longest quiet goes, but attempts at logins only behind all else:
    else a flood from many addresses would give somebody who used theirs up as many again."""

    def _cull(self) -> None:
        keys: OrderedDict[str, bytes] = self._cache  # type: ignore[attr-defined]  # latest first
        many = max(1, len(keys) // 3)
        spare = list(islice((key for key in reversed(keys) if LOGINS not in key), many))
        for key in spare or list(islice(reversed(keys), many)):
            self._delete(key)  # type: ignore[attr-defined]


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
        counted = (UNLIMITED, rate[1])  # the limit is judged behind: a changed one goes on with the window that runs
        try:
            usage = get_usage(None, group=f"{group}|", key=lambda _group, _request: f"{who}|", rate=counted, increment=True)
        except (RedisError, OSError) as error:
            self._rest(error)
            return None
        return (usage["count"], usage["time_left"]) if usage["count"] else None  # 0: pushed out while it was counted

    def _rest(self, reason: object) -> None:
        now = self.clock()
        self.asleep_until = now + self.PAUSE
        if now >= self.silent_until:
            self.silent_until = now + self.SILENCE
            alerts.sound(
                Alarm.LIMIT_STORE, f"The store of request rates fails: guesses are counted here, the rest passes. {reason}"
            )


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
