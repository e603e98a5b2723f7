"""Every key's facts in this process's memory, kept current through the sequence; never loaded means that no key opens."""

import threading
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network

from django.db.models import Count, Q

from apiauth.models import ApiKey
from apiauth.scopes import Scope

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Entry:
    """One key as its row stood when it was read."""

    pk: int
    kid: str
    name: str
    user_id: int
    username: str
    user_is_active: bool
    scopes: frozenset[Scope]
    test: bool
    networks: tuple[Network, ...]
    expires: datetime | None
    revoked: datetime | None
    grace_until: datetime | None
    pepper: str
    tag: bytes
    digest: str
    version: int
    canary: bool

    def allows(self, address: str) -> bool:
        """Whether the key may be used from this address; a key without a list may be used from any."""
        if not self.networks:
            return True
        try:
            caller = ip_address(address)
        except ValueError:
            return False
        return any(caller in network for network in self.networks)


_entries: dict[str, Entry] = {}
_loaded = False
_lock = threading.Lock()  # reading and replacing are one step: an older reading never follows a newer one


def find(kid: str) -> Entry | None:
    if not _loaded:
        apply(0)
    return _entries.get(kid)


def reread(entry: Entry) -> Entry | None:
    """The key as the database has it now; None when it is gone. Every verb moves the version."""
    same = ApiKey.objects.filter(pk=entry.pk, version=entry.version, revoked=entry.revoked)
    if same.filter(user__is_active=entry.user_is_active).exists():
        return entry
    row = ApiKey.objects.select_related("user").filter(pk=entry.pk).first()
    return None if row is None else entry_of(row)


def apply(after: int) -> None:
    """Learn the rows changed after this number; a row that vanished shows in the count and reloads everything."""
    global _entries, _loaded
    with _lock:
        _entries, _loaded = _updated(after) if _loaded and after else _read(0), True


def forget() -> None:
    global _entries, _loaded
    _entries, _loaded = {}, False


def _updated(after: int) -> dict[str, Entry]:
    """One question where no key changed: most moves of the sequence are about other things."""
    facts = ApiKey.objects.aggregate(all=Count("pk"), changed=Count("pk", filter=Q(seq__gt=after)))
    entries = {**_entries, **_read(after)} if facts["changed"] else _entries
    return entries if len(entries) == facts["all"] else _read(0)


def _read(after: int) -> dict[str, Entry]:
    return {row.kid: entry_of(row) for row in ApiKey.objects.select_related("user").filter(seq__gt=after)}


def entry_of(row: ApiKey) -> Entry:
    user = row.user
    return Entry(
        pk=row.pk,
        kid=row.kid,
        name=row.name,
        user_id=user.pk,
        username=user.get_username(),
        user_is_active=user.is_active,
        scopes=row.scope_set,
        test=row.test,
        networks=tuple(ip_network(text) for text in row.addresses),
        expires=row.expires,
        revoked=row.revoked,
        grace_until=row.grace_until,
        pepper=row.pepper,
        tag=bytes(row.tag),
        digest=row.digest,
        version=row.version,
        canary=row.canary,
    )
