"""Addresses that only robots.txt names, as forbidden: whoever asks for one went looking for what is kept from others."""

from functools import lru_cache

from django.conf import settings

from security import crypto
from security.paths import fold

STEMS = (
    ("staff-portal", "internal-tools", "ops-panel", "old-console", "intranet", "control-room", "legacy-admin", "support-desk"),
    ("db-exports", "archive", "report-dumps", "private-files", "customer-data", "nightly-backups", "ledger-copies", "shared"),
    ("legacy-api", "staging", "beta-api", "preview", "partner-api", "internal-api", "migration", "sandbox-old"),
)
LETTERS = "bcdfghjkmnpqrstvwxz23456789"  # spells no word


def paths() -> tuple[str, ...]:
    """The decoys of this installation: the same on each of its servers, and nobody else's."""
    return tuple(f"/{name}/" for name in _names(settings.SECRET_KEY))


def holds(path: str) -> bool:
    """Is a path (decoded once) a decoy, or does it lie within one?"""
    return fold(path).lstrip("/").partition("/")[0] in _names(settings.SECRET_KEY)


@lru_cache(maxsize=4)
def _names(secret: str) -> tuple[str, ...]:
    chosen = crypto.digest(secret.encode(), purpose="decoys", data=b"")
    names = []
    for number, stems in enumerate(STEMS):
        part = chosen[8 * number : 8 * number + 8]
        names.append(f"{stems[part[0] % len(stems)]}-{''.join(LETTERS[byte % len(LETTERS)] for byte in part[1:])}")
    return tuple(names)
