"""Typed readings of the environment; a missing or malformed setting stops the start with one sentence."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import environ
from django.core.exceptions import ImproperlyConfigured
from environ.fileaware_mapping import FileAwareMapping

from openalgo import firststart

RING_KEY_BYTES = 32
SAMPLE_WORDS = ("change-me", "changeme", "insecure", "example", "your-secret")

Ring = tuple[tuple[str, bytes], ...]


class Environment:
    """One process's settings: its own environment first, then DATA_DIR/.env; `NAME_FILE` names a file that holds NAME."""

    def __init__(self, source: Mapping[str, str]) -> None:
        self.data_dir = Path(source.get("DATA_DIR") or "data").resolve()
        values = firststart.merge(self.data_dir, source)
        self._env = environ.FileAwareEnv()
        self._env.ENVIRON = FileAwareMapping(env=values)

    def text(self, name: str, default: str = "") -> str:
        try:
            return str(self._env.str(name, default=default)).strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE cannot be read: {error.strerror}.") from error

    def database(self, name: str) -> dict[str, Any]:
        """Django's settings of the database at a URL."""
        try:
            return dict(self._env.db_url_config(self.text(name)))
        except ValueError:  # which shows a piece of the URL, perhaps of its password
            raise ImproperlyConfigured(f"{name} cannot be read: %-encode what is special in its password.") from None

    def words(self, name: str) -> list[str]:
        """A comma-separated list, blanks dropped."""
        return [word.strip() for word in self.text(name).split(",") if word.strip()]

    def number(self, name: str, default: int, *, at_least: int = 0) -> int:
        text = self.text(name, str(default))
        if not text.isascii() or not text.isdigit() or int(text) < at_least:
            raise ImproperlyConfigured(f"{name} must be a whole number of at least {at_least}, not {text!r}.")
        return int(text)

    def clock_time(self, name: str, default: str) -> time:
        """A local time of day, HH:MM or HH:MM:SS."""
        text = self.text(name, default) or default
        try:
            at = time.fromisoformat(text)
        except ValueError:
            at = None
        if at is None or at.tzinfo or at.microsecond or ":" not in text:
            raise ImproperlyConfigured(f"{name} must be a time of day such as {default}, not {text!r}.")
        return at

    def zone(self, name: str, default: str) -> ZoneInfo:
        text = self.text(name, default) or default
        try:
            return ZoneInfo(text)
        except (OSError, LookupError, ValueError) as error:
            raise ImproperlyConfigured(f"{name} must name a time zone such as {default}, not {text!r}.") from error

    def choice(self, name: str, options: tuple[str, ...]) -> str:
        """One of the options; the first is the default."""
        text = self.text(name, options[0]).lower() or options[0]
        if text not in options:
            raise ImproperlyConfigured(f"{name} must be one of {', '.join(options)}, not {text!r}.")
        return text

    def secret(self, name: str) -> str:
        value = self.text(name)
        if len(value) < RING_KEY_BYTES or any(word in value.lower() for word in SAMPLE_WORDS):
            raise ImproperlyConfigured(f"{name} is missing, a sample value, or shorter than {RING_KEY_BYTES} characters.")
        return value

    def secrets(self) -> Iterator[str]:
        """Whatever must not be told, in each spelling in which it could be: as it is set, and as Python shows its bytes."""
        for name in firststart.SECRETS:
            yield self.text(name)
            for word in self.words(name):
                key = word.rpartition(":")[2].rstrip("=")
                yield from (key, *_spellings(key))
        for name in ("DATABASE_URL", "REDIS_URL"):
            yield from _passwords(self.text(name))
        yield self.text("OWNER_PASSWORD")

    def ring(self, name: str) -> Ring:
        """Keys as (id, 32 bytes), newest first, written `id:base64url,id:base64url`."""
        keys = tuple(_key(name, word) for word in self.words(name))
        if not keys or len({key_id for key_id, _ in keys}) != len(keys):
            raise ImproperlyConfigured(f"{name} needs at least one key, each under an id of its own.")
        return keys


def _key(name: str, word: str) -> tuple[str, bytes]:
    key_id, _, text = word.partition(":")
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not key_id.isalnum() or len(raw) != RING_KEY_BYTES:
        raise ImproperlyConfigured(f"{name} must list id:key pairs, each key 32 bytes in base64.")
    return key_id, raw


def _spellings(key: str) -> tuple[str, ...]:
    try:
        raw = base64.urlsafe_b64decode(key + "=")
    except ValueError:
        return ()
    return (raw.hex(), repr(raw)[2:-1]) if len(raw) == RING_KEY_BYTES else ()


def _passwords(url: str) -> Iterator[str]:
    try:
        password = urlsplit(url).password or ""
    except ValueError:
        return  # whoever connects will say so
    yield from (password, unquote(password))
