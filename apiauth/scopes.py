"""What a key may do; an unknown word is refused, never ignored."""

from collections.abc import Iterable
from enum import StrEnum

from django.contrib.auth.base_user import AbstractBaseUser


class Scope(StrEnum):
    READ = "read"
    TRADE = "trade"
    STREAM = "stream"
    BANS = "bans"


DEFAULT = frozenset({Scope.READ, Scope.TRADE, Scope.STREAM})


class UnknownScope(ValueError):
    """A word that names no scope; the text is a sentence for the person who wrote it."""


def parse(words: Iterable[str]) -> frozenset[Scope]:
    """The scopes these words name, blanks dropped; none at all means the default ones."""
    names = {word.strip() for word in words} - {""}
    unknown = sorted(names - set(Scope))
    if unknown:
        raise UnknownScope(f"{unknown[0]!r} is no scope: choose from {', '.join(Scope)}.")
    return frozenset(map(Scope, names)) or DEFAULT


def withheld(user: AbstractBaseUser) -> frozenset[Scope]:
    """What no key of this user may do, whatever it was granted: a role may have been left since."""
    trade = () if getattr(user, "may_trade", False) else (Scope.TRADE,)
    bans = () if getattr(user, "is_staff", False) else (Scope.BANS,)
    return frozenset((*trade, *bans))


def spelled(scopes: Iterable[Scope]) -> str:
    """The one spelling in which a set of scopes is stored."""
    return ",".join(sorted(set(scopes)))
