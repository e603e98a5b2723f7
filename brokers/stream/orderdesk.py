"""Tells open sockets what happens to their users' orders, in order and without a gap; follows the sequence."""

import asyncio
import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from brokers import events
from brokers.types import OrderUpdate
from security import propagation

logger = logging.getLogger(__name__)

Tell = Callable[[list[OrderUpdate]], None]


class Desk:
    """Listeners by user; `apply` runs in the thread that caught up, listeners are told on their loop."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[int, dict[Tell, asyncio.AbstractEventLoop]] = {}
        self._told = 0  # the sequence's number up to which everybody was told

    def listen(self, user_id: int, tell: Tell) -> None:
        with self._lock:
            self._listeners.setdefault(user_id, {})[tell] = asyncio.get_running_loop()

    def leave(self, user_id: int, tell: Tell) -> None:
        with self._lock:
            listeners = self._listeners.get(user_id, {})
            listeners.pop(tell, None)
            if not listeners:
                self._listeners.pop(user_id, None)

    def apply(self, after: int) -> None:
        """At the start nothing old is told; with nobody to tell nothing is read."""
        if not after:
            self._told = propagation.current()
            return
        self._told = told = max(self._told, after)  # what was applied while nobody listened is nobody's news
        if not self._listeners:
            return
        for news in events.since(self._told):
            self._hand_over(news)
            told = news[-1].seq
        self._told = told  # only now: what a failed reading left is told by the next, though others hear some of it twice

    def _hand_over(self, news: list[OrderUpdate]) -> None:
        with self._lock:
            for user_id in {update.user_id for update in news} & self._listeners.keys():
                theirs = [update for update in news if update.user_id == user_id]
                for tell, loop in self._listeners[user_id].items():
                    with suppress(RuntimeError):  # its loop is closed, and its socket with it
                        loop.call_soon_threadsafe(tell, theirs)


desk = Desk()
