"""A bucket of allowance that fills again by the second; whoever owns it brings the clock."""


class Pace:
    def __init__(self, room: float, *, per_second: float, at: float) -> None:
        """Full at the start."""
        self._room, self._per_second = room, per_second
        self._left, self._at = room, at

    def allows(self, cost: float = 1, *, at: float) -> bool:
        """Take the cost out, or nothing where less is left."""
        self._refill(at)
        if self._left < cost:
            return False
        self._left -= cost
        return True

    def wait(self, cost: float, *, at: float) -> float:
        """Take the cost out in any case; the seconds until the bucket has made up for it."""
        self._refill(at)
        self._left -= cost
        return max(0.0, -self._left / self._per_second)

    def _refill(self, at: float) -> None:
        self._left = min(self._room, self._left + self._per_second * max(0.0, at - self._at))
        self._at = at
