"""Identifiers that sort by the time they were made."""

import secrets
import time
import uuid


def uuid7() -> uuid.UUID:
    """RFC 9562: 48 bits of milliseconds, then 74 random bits."""
    millis = time.time_ns() // 1_000_000
    return uuid.UUID(int=millis << 80 | 7 << 76 | secrets.randbits(12) << 64 | 2 << 62 | secrets.randbits(62))
