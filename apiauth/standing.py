"""Whether a key opens at a moment, decided from its row alone; in doubt it does not."""

from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Standing(StrEnum):
    ACTIVE = "active"
    GRACE = "grace"  # rotated, and still valid beside its successor for a while
    ROTATED = "rotated"
    EXPIRED = "expired"
    REVOKED = "revoked"
    DISABLED = "disabled"  # its user may not act
    CANARY = "canary"  # never opens: it lies where only a thief finds it

    @property
    def opens(self) -> bool:
        return self in (Standing.ACTIVE, Standing.GRACE)


class Dated(Protocol):
    @property
    def revoked(self) -> datetime | None: ...
    @property
    def expires(self) -> datetime | None: ...
    @property
    def grace_until(self) -> datetime | None: ...
    @property
    def user_is_active(self) -> bool: ...
    @property
    def canary(self) -> bool: ...


def standing(key: Dated, *, now: datetime) -> Standing:
    if key.revoked is not None:
        return Standing.REVOKED
    if key.expires is not None and key.expires <= now:
        return Standing.EXPIRED
    if key.grace_until is not None and key.grace_until <= now:
        return Standing.ROTATED
    if not key.user_is_active:
        return Standing.DISABLED
    if key.canary:
        return Standing.CANARY
    return Standing.ACTIVE if key.grace_until is None else Standing.GRACE
