"""Says a thing of one name only so often; bounded memory, no database."""

import threading
import time
from collections import OrderedDict


class Silence:
    """`is_over(name)` is True at most once in so many seconds; beyond `most` names the longest quiet is forgotten."""

    def __init__(self, seconds: float, *, most: int = 10_000) -> None:
        self._seconds, self._most = seconds, most
        self._lock = threading.Lock()
        self._since: OrderedDict[str, float] = OrderedDict()

    def is_over(self, name: str = "") -> bool:
        at = time.time()
        with self._lock:
            if at - self._since.get(name, 0.0) < self._seconds:
                return False
            self._since[name] = at
            self._since.move_to_end(name)
            if len(self._since) > self._most:
                self._since.popitem(last=False)
            return True

    def began(self, name: str) -> float:
        """When it last said True for the name, in seconds since 1970; 0 for never."""
        return self._since.get(name, 0.0)

    def recall(self, name: str, at: float) -> None:
        """It said True at that time already, elsewhere or before a restart."""
        with self._lock:
            if at > self._since.get(name, 0.0) and (name in self._since or len(self._since) < self._most):
                self._since[name] = at

    def names(self) -> list[str]:
        with self._lock:
            return list(self._since)

    def forget(self) -> None:
        with self._lock:
            self._since.clear()
