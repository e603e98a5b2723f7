"""What a key may be named, allowed and limited to; anything else is refused with a sentence."""

from collections.abc import Iterable
from ipaddress import ip_network

from django.contrib.auth.base_user import AbstractBaseUser

from apiauth.errors import KeyRefused
from apiauth.models import NAME_LENGTH
from apiauth.scopes import DEFAULT, Scope, spelled, withheld

MAX_ADDRESSES = 50  # of one key


def proper_name(name: str) -> str:
    """The name as it is stored; raises KeyRefused."""
    name = name.strip()
    if not name or len(name) > NAME_LENGTH or not name.isprintable():
        raise KeyRefused(f"A key needs a name of 1 to {NAME_LENGTH} printable characters.")
    return name


def proper_scopes(user: AbstractBaseUser, *, chosen: frozenset[Scope]) -> str:
    """The scopes as they are stored, the default for none; raises KeyRefused for what the role forbids."""
    chosen = chosen or DEFAULT
    refused = chosen & withheld(user)
    if Scope.BANS in refused:
        raise KeyRefused("Only a staff account may have a key with the scope 'bans'.")
    if Scope.TRADE in refused:
        raise KeyRefused("An operator does not trade: leave out the scope 'trade'.")
    return spelled(chosen)


def proper_networks(addresses: Iterable[str]) -> list[str]:
    """Canonical CIDRs; raises KeyRefused."""
    found = []
    for text in addresses:
        try:
            found.append(str(ip_network(text.strip())))
        except ValueError as error:
            raise KeyRefused(f"{text.strip()!r} is no address and no network such as 203.0.113.0/24.") from error
    if len(found) > MAX_ADDRESSES:
        raise KeyRefused(f"A key may list {MAX_ADDRESSES} addresses at most.")
    return found
