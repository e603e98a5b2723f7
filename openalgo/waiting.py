"""The lines in which work waits for a thread; a full one refuses, it never grows."""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

Job = TypeVar("Job")

TURNS = 4  # of so many one is the strangers', however many known callers wait


class Full(Exception):
    """Nobody may wait any more, or nobody of this subject."""


class Crowd:
    """How many of one subject may be somewhere at once: each keeps a connection that others may need."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._there: Counter[str] = Counter()

    @contextmanager
    def place(self, who: str) -> Iterator[None]:
        """Raises Full."""
        if self._there[who] >= self._most:
            raise Full
        self._there[who] += 1
        try:
            yield
        finally:
            self._there[who] -= 1
            if not self._there[who]:
                del self._there[who]


class Line(Generic[Job]):
    """The turn goes round by subject: who sends much waits behind their own requests, not others behind them."""

    def __init__(self, *, room: int, room_of_one: int) -> None:
        self._room, self._room_of_one = room, room_of_one
        self._jobs: OrderedDict[str, deque[Job]] = OrderedDict()  # by subject; the next one's first
        self._length = 0

    def __len__(self) -> int:
        return self._length

    def enter(self, who: str, job: Job) -> None:
        """Raises Full."""
        if self.refuses(who):
            raise Full
        self.push(who, job)

    def refuses(self, who: str) -> bool:
        return self._length >= self._room or len(self._jobs.get(who, ())) >= self._room_of_one

    def push(self, who: str, job: Job) -> None:
        """Never refused."""
        self._jobs.setdefault(who, deque()).append(job)
        self._length += 1

    def pop(self) -> Job | None:
        if not self._jobs:
            return None
        who, jobs = self._jobs.popitem(last=False)
        job = jobs.popleft()
        if jobs:
            self._jobs[who] = jobs
        self._length -= 1
        return job


class Room(Generic[Job]):
    """Two lines: callers who proved themselves lately come first; strangers have `strangers` turns at once, each of `batch`.

    So no flood of strangers keeps the others out, and none of them waits for ever.
    """

    def __init__(self, *, room: int, room_of_one: int, strangers: int, batch: int = 1) -> None:
        self._known: Line[Job] = Line(room=room, room_of_one=room_of_one)
        self._strangers: Line[Job] = Line(room=room, room_of_one=room_of_one)
        self._most, self._batch = strangers, batch
        self._running = 0  # turns of the strangers
        self._turn = 0

    def __len__(self) -> int:
        return len(self._known) + len(self._strangers)

    def enter(self, who: str, job: Job, *, known: bool) -> None:
        """Raises Full where `who`, or anybody in that line, may not wait any more."""
        self._line(known=known).enter(who, job)

    def refuses(self, who: str, *, known: bool) -> bool:
        return self._line(known=known).refuses(who)

    def push(self, job: Job) -> None:
        """Work that was let in before: among the known, and never refused."""
        self._known.push("", job)

    def pop(self) -> tuple[list[Job], bool] | None:
        """Who is next, and whether that is a turn of strangers, whose end is to be told to `leave`."""
        self._turn = (self._turn + 1) % TURNS
        if not self._turn:
            return self._pop_strangers() or self._pop_known()
        return self._pop_known() or self._pop_strangers()

    @property
    def is_open(self) -> bool:
        """May a stranger be served now?"""
        return self._running < self._most

    def leave(self) -> bool:
        """The end of a turn of strangers; whether others wait for one."""
        self._running -= 1
        return len(self._strangers) > 0

    def _line(self, *, known: bool) -> Line[Job]:
        return self._known if known else self._strangers

    def _pop_known(self) -> tuple[list[Job], bool] | None:
        job = self._known.pop()
        return None if job is None else ([job], False)

    def _pop_strangers(self) -> tuple[list[Job], bool] | None:
        if not self.is_open or not len(self._strangers):
            return None
        self._running += 1
        return [job for _ in range(self._batch) if (job := self._strangers.pop()) is not None], True
