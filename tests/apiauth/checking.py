"""Asking the verbs as tests do, where no commit tells this process of a change."""

from typing import TypeVar

from apiauth import keys, tokens
from apiauth.keys import Bad, Kind, Verified
from apiauth.models import ApiKey
from security import clientip, propagation

CALLER = clientip.resolve({"client": ("203.0.113.9", 1), "headers": [], "scheme": "http"})

T = TypeVar("T")


def learn(result: T) -> T:
    """What a commit does outside tests: this process reads the change."""
    propagation.catch_up()
    return result


def check(token: str, *, fresh: bool = False) -> Verified | Bad:
    return keys.verify(token, CALLER, fresh=fresh)


def kind(token: str, *, fresh: bool = False) -> Kind | None:
    result = check(token, fresh=fresh)
    return result.kind if isinstance(result, Bad) else None


def counts(token: str) -> bool:
    result = check(token)
    return isinstance(result, Bad) and result.counts


def other_secret(token: str) -> str:
    mine = tokens.read(token)
    assert mine
    return tokens.Token(kid=mine.kid, secret=tokens.new().secret).reveal()


def row(token: str) -> ApiKey:
    read = tokens.read(token)
    assert read
    return ApiKey.objects.get(kid=read.kid)
