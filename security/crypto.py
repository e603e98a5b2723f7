"""Keyed digests under purpose-bound keys; needs no database and fails with an exception, never with a weaker result."""

import hashlib
import hmac

Ring = tuple[tuple[str, bytes], ...]


class UnknownKey(LookupError):
    """A stored value names a key id that the ring does not hold."""


def digest(key: bytes, *, purpose: str, data: bytes) -> bytes:
    """32 bytes: HMAC-SHA256 of data under a key derived for this purpose alone."""
    return mac(derived(key, purpose=purpose), data)


def derived(key: bytes, *, purpose: str) -> bytes:
    """The key for one purpose, for who makes many digests with it."""
    return mac(key, b"openalgo\0" + purpose.encode())


def mac(key: bytes, data: bytes) -> bytes:
    return hmac.digest(key, data, hashlib.sha256)


def newest(ring: Ring) -> tuple[str, bytes]:
    """The id and key that new values are made under."""
    return ring[0]


def key_of(ring: Ring, key_id: str) -> bytes:
    for candidate, key in ring:
        if candidate == key_id:
            return key
    raise UnknownKey(f"no key with id {key_id!r} is configured")
