"""The verbs: issue, rotate, revoke and verify keys; a key that cannot be checked does not open."""

import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_network

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from apiauth import fingerprints, registry, tokens
from apiauth.errors import KeyRefused, NoSuchKey
from apiauth.models import NAME_LENGTH, TAG_BYTES, ApiKey
from apiauth.registry import Entry
from apiauth.scopes import DEFAULT, Scope, spelled, withheld
from apiauth.standing import Standing, standing
from apiauth.tokens import Token
from security import crypto, propagation
from security.clientip import Caller

logger = logging.getLogger(__name__)

MAX_LIVE_KEYS = 50  # of one user
MAX_ADDRESSES = 50  # of one key
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

    SHAPE = "shape"
    UNKNOWN = "unknown"  # no such id, or not its secret: nobody is told which
    ADDRESS = "address"
    EXPIRED = Standing.EXPIRED
    REVOKED = Standing.REVOKED
    ROTATED = Standing.ROTATED
    DISABLED = Standing.DISABLED


@dataclass(frozen=True, slots=True)
class Bad:
    kind: Kind
    entry: Entry | None = None  # set where the tag proved the token to be this key's

    @property
    def counts(self) -> bool:
        """Whether it is a guess: a bot with an old key of ours must not ban an office."""
        return self.kind in (Kind.SHAPE, Kind.UNKNOWN, Kind.ADDRESS)


def issue(
    user: AbstractBaseUser,
    *,
    name: str,
    scopes: Iterable[Scope] = DEFAULT,
    expires: datetime | None = None,
    addresses: Iterable[str] = (),
    test: bool = False,
) -> Issued:
    """A new key; raises KeyRefused with a sentence."""
    if not user.is_active:
        raise KeyRefused("The account is disabled.")
    if expires is not None and expires <= timezone.now():
        raise KeyRefused("The expiry lies in the past.")
    draft = ApiKey(
        user_id=user.pk,
        name=proper_name(name),
        scopes=_scopes(user, chosen=frozenset(scopes)),
        expires=expires,
        addresses=networks(addresses),
        test=test,
    )
    token = _fingerprint(draft)
    with transaction.atomic():
        _insert(draft, seq=propagation.bump())
    return Issued(key=draft, token=token)


def rotate(kid: str, *, overlap: Overlap) -> Issued:
    """A successor with the same rights and a secret of its own; the old key ends after the overlap."""
    new = _like(_get(kid))
    token = _fingerprint(new)
    with transaction.atomic():
        seq = propagation.bump()
        old = _get(kid)
        if old.standing is not Standing.ACTIVE:
            raise KeyRefused(f"The API key {kid} is {_past(old)}; only an active key can be rotated.")
        old.grace_until = timezone.now() + overlap.span
        _change(old, seq=seq, fields=("grace_until",))
        _insert(new, seq=seq)
        ApiKey.objects.filter(pk=old.pk).update(successor=new)
    return Issued(key=new, token=token)


def revoke(kid: str) -> ApiKey:
    """End a key at once; one that is revoked already stays as it is."""
    with transaction.atomic():
        seq = propagation.bump()
        key = _get(kid)
        if key.revoked is None:
            key.revoked = timezone.now()
            _change(key, seq=seq, fields=("revoked",))
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


def proper_name(name: str) -> str:
    """The name as it is stored; raises KeyRefused, as `issue` does."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise KeyRefused(f"A key needs a name of 1 to {NAME_LENGTH} printable characters.")
    return name


def _scopes(user: AbstractBaseUser, *, chosen: frozenset[Scope]) -> str:
    chosen = chosen or DEFAULT
    refused = chosen & withheld(user)
    if Scope.BANS in refused:
        raise KeyRefused("Only a staff account may have a key with the scope 'bans'.")
    if Scope.TRADE in refused:
        raise KeyRefused("An operator does not trade: leave out the scope 'trade'.")
    return spelled(chosen)


def networks(addresses: Iterable[str]) -> list[str]:
    """Canonical CIDRs; raises KeyRefused, as `issue` does."""
    found = []
    for text in addresses:
        try:
            found.append(str(ip_network(text.strip())))
        except ValueError as error:
            raise KeyRefused(f"{text.strip()!r} is no address and no network such as 203.0.113.0/24.") from error
    if len(found) > MAX_ADDRESSES:
        raise KeyRefused(f"A key may list {MAX_ADDRESSES} addresses at most.")
    return found
