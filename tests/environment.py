"""Gives the run a data directory and an environment of its own, before Django reads either."""

import atexit
import os
import shutil
import tempfile
from datetime import UTC, datetime

from hypothesis import settings

KEPT = ("DATABASE_URL", "REDIS_URL")  # CI names the engines of a run
DROPPED = (
    "PUBLIC_BASE_URL", "ALLOWED_HOSTS", "ADMIN_PATH", "TRUSTED_PROXIES", "CLIENT_IP_HEADER", "BANS", "RATE_LIMITS", "THREADS",
    "CORS_ALLOWED_ORIGINS", "SESSION_EXPIRY_TIME", "SESSION_TIMEZONE", "PAPER_CLOCK", "OWNER_PASSWORD", "DEBUG",
    "SECRET_KEY", "ENCRYPTION_KEYS", "ENCRYPTION_SALT", "AUDIT_KEYS", "PASSWORD_PEPPERS", "KEY_PEPPERS",
)  # fmt: skip

for name in DROPPED:
    os.environ.pop(name, None)
if 19 <= datetime.now(UTC).hour < 22:  # by default a day of sessions ends at 22:00 UTC, which must not be within the run
    os.environ["SESSION_EXPIRY_TIME"] = "15:30"
os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="openalgo-test-")
atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)

# A loaded machine proves nothing about a property.
settings.register_profile("openalgo", deadline=None)
settings.load_profile("openalgo")
