"""How far each bouncer has read, kept by its key: any process goes on where another ended; in doubt all is told anew."""

from collections.abc import Iterator

from apiauth.models import ApiKey, Bouncer
from security import decisions, propagation
from security.decisions import Wanted


def poured(kid: str, *, startup: bool, wanted: Wanted) -> Iterator[bytes]:
    """The changes since this key's last call, piece by piece; one that was not read to its end does not count as a call."""
    now = propagation.current()
    after = None if startup else _reached(kid, now)
    yield from decisions.changes(after, upto=now, wanted=wanted)
    if after != now:
        _note(kid, now)


def _reached(kid: str, now: int) -> int | None:
    """None for a key that never called, and where an older database was restored."""
    seq = Bouncer.objects.filter(key__kid=kid).values_list("seq", flat=True).first()
    return seq if seq is not None and seq <= now else None


def _note(kid: str, seq: int) -> None:
    key = ApiKey.objects.filter(kid=kid).first()
    if key is not None:
        Bouncer.objects.update_or_create(key=key, defaults={"seq": seq})
