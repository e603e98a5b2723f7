"""The slow proof runs once for a key, one at a time, and never for what it has proven."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock

import pytest
from argon2 import low_level

from apiauth import fingerprints, tokens
from apiauth.fingerprints import Proven

FINGERPRINT = bytes(32)
DIGEST = fingerprints.slow_hash(FINGERPRINT)


@pytest.fixture
def runs(monkeypatch):
    """Each run of Argon2's verification; two at once are an error."""
    seen: list[bytes] = []
    alone, verify = Lock(), low_level.verify_secret

    def watched(digest: bytes, secret: bytes, kind: low_level.Type) -> bool:
        assert alone.acquire(blocking=False), "two at once"
        try:
            seen.append(secret)
            return verify(digest, secret, kind)
        finally:
            alone.release()

    monkeypatch.setattr(low_level, "verify_secret", watched)
    return seen


def test_many_first_uses_at_once_are_one_run(runs):
    proven = Proven()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: proven.accepts("kid", digest=DIGEST, fingerprint=FINGERPRINT), range(50)))
    assert (set(answers), len(runs)) == ({True}, 1)


def test_first_uses_of_several_keys_wait_for_each_other(runs):
    proven = Proven()
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: proven.accepts(str(n), digest=DIGEST, fingerprint=FINGERPRINT), range(4)))
    assert (answers, len(runs)) == ([True] * 4, 4)


def test_another_fingerprint_of_a_proven_key_is_refused_without_a_run(runs):
    proven = Proven()
    proven.accepts("kid", digest=DIGEST, fingerprint=FINGERPRINT)
    assert not proven.accepts("kid", digest=DIGEST, fingerprint=b"x" * 32)
    assert len(runs) == 1


def test_a_new_digest_is_proven_anew(runs):
    proven = Proven()
    proven.accepts("kid", digest=DIGEST, fingerprint=FINGERPRINT)
    assert proven.accepts("kid", digest=fingerprints.slow_hash(FINGERPRINT), fingerprint=FINGERPRINT)
    assert len(runs) == 2


@pytest.mark.parametrize("digest", ["", "plain", "$argon2id$v=19$m=19456,t=2,p=1$x$y"])
def test_a_digest_that_is_none_proves_nothing(digest):
    assert not Proven().accepts("kid", digest=digest, fingerprint=FINGERPRINT)


def test_tag_and_digest_stand_under_different_keys():
    token, pepper = tokens.new(), "k1"
    assert fingerprints.full(token, pepper=pepper)[:8] != fingerprints.tag(token, pepper=pepper)


def test_the_cost_is_what_was_chosen():
    assert "m=19456,t=2,p=1" in DIGEST
