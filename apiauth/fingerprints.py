"""What proves a secret without holding it: a keyed tag, a keyed digest, and Argon2id over that digest; in doubt, not proven."""

import secrets
import threading

from argon2 import Type, low_level
from argon2.exceptions import Argon2Error
from django.conf import settings

from apiauth.models import TAG_BYTES
from apiauth.tokens import Token
from security import crypto

TIME_COST = 2
MEMORY_COST = 19 * 1024  # KiB
PARALLELISM = 1
SALT_BYTES = HASH_BYTES = 16

_one_at_a_time = threading.Lock()


def tag(token: Token, *, pepper: str) -> bytes:
    """8 bytes under another key than the digest's: they tell a wrong secret at once, and prove a right one to 2^-64."""
    key = crypto.key_of(settings.KEY_PEPPERS, pepper)
    return crypto.digest(key, purpose="api key tag", data=f"{token.kid}|{token.secret}".encode())[:TAG_BYTES]


def full(token: Token, *, pepper: str) -> bytes:
    """32 bytes, worthless without the pepper: what Argon2 hashes, and what a process remembers of a proven secret."""
    key = crypto.key_of(settings.KEY_PEPPERS, pepper)
    return crypto.digest(key, purpose="api key digest", data=token.secret.encode())


def slow_hash(fingerprint: bytes) -> str:
    with _one_at_a_time:
        return low_level.hash_secret(
            fingerprint,
            secrets.token_bytes(SALT_BYTES),
            time_cost=TIME_COST,
            memory_cost=MEMORY_COST,
            parallelism=PARALLELISM,
            hash_len=HASH_BYTES,
            type=Type.ID,
        ).decode("ascii")


class Proven:
    """The fingerprints this process has proven: Argon2 (some 20 ms) runs once for a key, one key at a time."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[str, bytes]] = {}  # digest and fingerprint by key id

    def accepts(self, kid: str, *, digest: str, fingerprint: bytes) -> bool:
        """Ask only for a token whose tag was right: a guess must never cost 20 ms."""
        known = self._match(kid, digest=digest, fingerprint=fingerprint)
        if known is not None:
            return known
        with _one_at_a_time:
            known = self._match(kid, digest=digest, fingerprint=fingerprint)
            if known is not None:
                return known
            if accepted := _slow_verify(digest, fingerprint):
                self._known[kid] = (digest, fingerprint)
            return accepted

    def forget(self) -> None:
        self._known.clear()

    def _match(self, kid: str, *, digest: str, fingerprint: bytes) -> bool | None:
        known = self._known.get(kid)
        if known is None or known[0] != digest:
            return None
        return secrets.compare_digest(known[1], fingerprint)


def _slow_verify(digest: str, fingerprint: bytes) -> bool:
    try:
        return low_level.verify_secret(digest.encode("ascii"), fingerprint, Type.ID)
    except Argon2Error:
        return False


proven = Proven()
