"""The verbs: issue, rotate, revoke and verify keys; a key that cannot be checked does not open."""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone

from apiauth import fingerprints, particulars, registry, tokens
from apiauth.errors import KeyRefused, NoSuchKey
from apiauth.models import TAG_BYTES, ApiKey
from apiauth.registry import Entry
from apiauth.scopes import DEFAULT, Scope
from apiauth.standing import Standing, standing
from apiauth.tokens import Token
from security import audit, crypto, propagation
from security.actors import Actor
from security.audit import Act
from security.clientip import Caller

logger = logging.getLogger(__name__)

MAX_LIVE_KEYS = 50  # of one user
_NOBODY = secrets.token_bytes(TAG_BYTES)


class Overlap(StrEnum):
    """How long a rotated key stays valid beside its successor."""

    NOW = "now"
    HOUR = "1h"
    DAY = "24h"
    WEEK = "7d"

    @property
    def span(self) -> timedelta:
        return _SPANS[self]


_SPANS = {
    Overlap.NOW: timedelta(),
    Overlap.HOUR: timedelta(hours=1),
    Overlap.DAY: timedelta(hours=24),
    Overlap.WEEK: timedelta(days=7),
}


@dataclass(frozen=True, slots=True)
class Issued:
    """A new key's row, and its token: the only moment at which the token exists here."""

    key: ApiKey
    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Verified:
    entry: Entry


class Kind(StrEnum):
    """Why a key does not open; the first three are guesses, the rest were once ours."""

    SHAPE = "malformed"
    UNKNOWN = "unknown"  # no such id, or not its secret: nobody is told which
    ADDRESS = "address"
    EXPIRED = Standing.EXPIRED
    REVOKED = Standing.REVOKED
    ROTATED = Standing.ROTATED
    DISABLED = Standing.DISABLED
    CANARY = Standing.CANARY


@dataclass(frozen=True, slots=True)
class Bad:
    kind: Kind
    entry: Entry | None = None  # set where the tag proved the token to be this key's

    @property
    def counts(self) -> bool:
        """Whether it is a guess: a bot with an old key of ours must not ban an office."""
        return self.kind in (Kind.SHAPE, Kind.UNKNOWN, Kind.ADDRESS, Kind.CANARY)


def issue(
    user: AbstractBaseUser,
    *,
    by: Actor,
    name: str,
    scopes: Iterable[Scope] = DEFAULT,
    expires: datetime | None = None,
    addresses: Iterable[str] = (),
    test: bool = False,
    canary: bool = False,
) -> Issued:
    """A new key; raises KeyRefused with a sentence. A canary looks like any and opens nothing."""
    if not user.is_active:
        raise KeyRefused("The account is disabled.")
    if expires is not None and expires <= timezone.now():
        raise KeyRefused("The expiry lies in the past.")
    draft = ApiKey(
        user_id=user.pk,
        name=particulars.proper_name(name),
        scopes=particulars.proper_scopes(user, chosen=frozenset(scopes)),
        expires=expires,
        addresses=particulars.proper_networks(addresses),
        test=test,
        canary=canary,
    )
    token = _fingerprint(draft)
    with audit.change():
        _insert(draft, seq=propagation.bump())
        audit.record(Act.KEY_ISSUED, by=by, about=draft.kid, after=_facts(user, draft))
    return Issued(key=draft, token=token)


def rotate(kid: str, *, overlap: Overlap, by: Actor) -> Issued:
    """A successor with the same rights and a secret of its own; the old key ends after the overlap."""
    new = _like(_get(kid))
    token = _fingerprint(new)
    with audit.change():
        seq = propagation.bump()
        old = _get(kid)
        if old.standing is not Standing.ACTIVE:
            raise KeyRefused(f"The API key {kid} is {_past(old)}; only an active key can be rotated.")
        old.grace_until = timezone.now() + overlap.span
        _change(old, seq=seq, fields=("grace_until",))
        _insert(new, seq=seq)
        ApiKey.objects.filter(pk=old.pk).update(successor=new)
        ends = {"successor": new.kid, "grace_until": old.grace_until}
        audit.record(Act.KEY_ROTATED, by=by, about=kid, before=_facts(old.user, old), after=ends)
    return Issued(key=new, token=token)


def revoke(kid: str, *, by: Actor) -> ApiKey:
    """End a key at once; one that is revoked already stays as it is."""
    with audit.change():
        seq = propagation.bump()
        key = _get(kid)
        if key.revoked is None:
            key.revoked = timezone.now()
            _change(key, seq=seq, fields=("revoked",))
            audit.record(Act.KEY_REVOKED, by=by, about=kid, before=_facts(key.user, key))
    return key


def verify(text: str, caller: Caller, *, fresh: bool = False) -> Verified | Bad:
    """Whose key this is. No database, but once per process and key; `fresh` reads the key's row anew each time."""
    token = tokens.read(text)
    if token is None:
        return Bad(Kind.SHAPE)
    entry = registry.find(token.kid)
    if not _tag_matches(token, entry) or entry is None:
        return Bad(Kind.UNKNOWN)
    current = registry.reread(entry) if fresh else entry
    return Bad(Kind.REVOKED, entry) if current is None else _judge(token, current, caller)


def _judge(token: Token, entry: Entry, caller: Caller) -> Verified | Bad:
    """A token whose tag was right: whether its key still opens from here, and only then the slow proof, once."""
    state = standing(entry, now=timezone.now())
    if not state.opens:
        return Bad(Kind(state.value), entry)
    if not entry.allows(caller.address):
        return Bad(Kind.ADDRESS, entry)
    fingerprint = fingerprints.full(token, pepper=entry.pepper)
    if not fingerprints.proven.accepts(entry.kid, digest=entry.digest, fingerprint=fingerprint):
        return Bad(Kind.UNKNOWN)
    return Verified(entry)


def _tag_matches(token: Token, entry: Entry | None) -> bool:
    """The same work for an unknown id as for a wrong secret."""
    pepper = crypto.newest(settings.KEY_PEPPERS)[0] if entry is None else entry.pepper
    try:
        tag = fingerprints.tag(token, pepper=pepper)
    except crypto.UnknownKey:
        logger.exception("an API key cannot be checked: KEY_PEPPERS lacks its pepper")
        return False
    matches = secrets.compare_digest(tag, _NOBODY if entry is None else entry.tag)
    return matches and entry is not None and entry.test is token.test


def _facts(user: AbstractBaseUser, key: ApiKey) -> dict[str, object]:
    names = ("name", "scopes", "test", "canary", "addresses", "expires")
    return {"user": user.get_username()} | {name: getattr(key, name) for name in names}


def _like(old: ApiKey) -> ApiKey:
    return ApiKey(
        user_id=old.user_id, name=old.name, scopes=old.scopes, expires=old.expires, addresses=old.addresses, test=old.test
    )


def _fingerprint(draft: ApiKey) -> str:
    """Give the row an id and what proves its secret; the token. Slow (Argon2), so outside any transaction."""
    token = tokens.new(test=draft.test)
    draft.kid = token.kid
    draft.pepper = crypto.newest(settings.KEY_PEPPERS)[0]
    draft.tag = fingerprints.tag(token, pepper=draft.pepper)
    draft.digest = fingerprints.slow_hash(fingerprints.full(token, pepper=draft.pepper))
    return token.reveal()


def _insert(draft: ApiKey, *, seq: int) -> None:
    draft.seq = seq
    draft.save(force_insert=True)
    if ApiKey.objects.live().filter(user_id=draft.user_id).count() > MAX_LIVE_KEYS:
        raise KeyRefused(f"A user may have {MAX_LIVE_KEYS} active API keys; revoke one first.")


def _change(key: ApiKey, *, seq: int, fields: tuple[str, ...]) -> None:
    key.seq = seq
    key.version += 1
    key.save(update_fields=[*fields, "seq", "version"])


def _get(kid: str) -> ApiKey:
    key = ApiKey.objects.select_related("user").filter(kid=kid).first()
    if key is None:
        raise NoSuchKey(kid)
    return key


def _past(key: ApiKey) -> str:
    return "rotated already" if key.standing is Standing.GRACE else key.standing.value
