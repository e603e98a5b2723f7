"""The audit chain: who changed what, written in the transaction of the change; what cannot be written down is not done."""

import fcntl
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from security import anchors, chain, crypto, entries
from security.actors import Actor
from security.chain import Place
from security.models import Outcome, Sequence
from security.redaction import clean, plain

Facts = Mapping[str, object]

LONGEST = 16_384  # characters of `before` and of `after`


class Act(StrEnum):
    """The closed vocabulary, `area:object:action`."""

    BAN_ORDERED = "bans:ban:order"
    BAN_EXTENDED = "bans:ban:extend"
    BAN_LIFTED = "bans:ban:lift"
    ALLOW_ADDED = "bans:allow:add"
    ALLOW_REMOVED = "bans:allow:remove"
    BANS_IMPORTED = "bans:list:import"
    BANS_EXPORTED = "bans:list:export"
    BANS_PAUSED = "bans:enforcement:pause"
    BANS_RESUMED = "bans:enforcement:resume"
    PROBES_CLEARED = "bans:probes:clear"
    POLICY_CHANGED = "policy:values:change"
    ALERT_CLOSED = "alerts:alert:close"
    SOCKETS_CLOSED = "sockets:socket:disconnect"
    AUDIT_PRUNED = "audit:segment:prune"
    AUDIT_EXPORTED = "audit:chain:export"
    TRAFFIC_EXPORTED = "traffic:rows:export"
    LOGGED_IN = "accounts:session:login"
    LOGGED_OUT = "accounts:session:logout"
    SESSIONS_ENDED = "accounts:session:end"
    PASSWORD_CHANGED = "accounts:password:change"  # noqa: S105 - an act's name
    USER_CREATED = "accounts:user:create"
    SUDO_CONFIRMED = "accounts:sudo:confirm"
    KEY_ISSUED = "keys:key:issue"
    KEY_ROTATED = "keys:key:rotate"
    KEY_REVOKED = "keys:key:revoke"
    KEY_DELETED = "keys:key:delete"
    MODE_SWITCHED = "trading:mode:switch"


class _Held(threading.local):
    """How many changes of this thread hold the lock."""

    depth = 0


_held = _Held()
_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode


@contextmanager
def change() -> Iterator[None]:
    """A transaction for a change that is audited: whoever changes something waits for whoever does so already.

    SQLite hands out its write lock unfairly, so processes queue up at a file before they ask for it. Elsewhere the row of the
    sequence, which most changes raise anyway, is the one lock: nobody holds it and then waits for another of the kind.
    """
    with _turn(), transaction.atomic():
        _lock()
        _held.depth += 1
        try:
            yield
        finally:
            _held.depth -= 1


def record(
    act: Act, *, by: Actor, about: object = "", before: Facts | None = None, after: Facts | None = None,
    outcome: Outcome = Outcome.DONE,
) -> Place:  # fmt: skip
    """The next row of the chain. Inside the transaction of the change, best in `change()`; raises when it cannot be written.

    Texts are cut to their columns and secrets masked; an act or outcome that is not in the vocabulary is a ValueError.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("record() belongs inside the transaction of the change it tells of.")
    told = (
        Act(act).value, clean(by.name, most=150) or "unknown", clean(by.id, most=40), clean(by.address, most=45),
        clean(by.credential, most=64), clean(about, most=200), Outcome(outcome).value, canonical(before), canonical(after),
    )  # fmt: skip
    if not _held.depth:
        _lock()
    last, at = entries.newest(), timezone.now()
    key_id, key = crypto.newest(settings.AUDIT_KEYS)
    values = (chain.spelled(at), *told, key_id)
    place = Place(last.seq + 1, chain.seal(chain.derive(key), last.mac, last.seq + 1, values))
    entries.insert((place.seq, connection.ops.adapt_datetimefield_value(at), *told, key_id, place.mac))
    transaction.on_commit(lambda: anchors.note(place, follows=last.mac), robust=True)
    return place


def canonical(facts: Facts | None) -> str:
    """JSON of one spelling without secrets; empty for nothing, cut where it is too long."""
    if facts is None:
        return ""
    text = _encode(plain(facts))
    return text if len(text) <= LONGEST else _encode({"cut": text[: LONGEST // 4], "length": len(text)})


@contextmanager
def _turn() -> Iterator[None]:
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        yield
        return
    with (settings.DATA_DIR / ".writing").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _lock() -> None:
    """One statement; SQLite has one writer anyway."""
    if connection.vendor == "sqlite":
        return
    with connection.cursor() as cursor:
        for _ in range(2):
            cursor.execute("SELECT value FROM security_sequence WHERE id = 1 FOR UPDATE")
            if cursor.fetchone():
                return
            Sequence.objects.get_or_create(pk=1)
    raise RuntimeError("The sequence has no row.")
