"""Writes the secrets into DATA_DIR/.env at first start (0600); refuses to invent them beside an existing database."""

import base64
import fcntl
import io
import os
import re
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

import environ
from django.core.exceptions import ImproperlyConfigured

DATABASE_NAME = "openalgo.sqlite3"
_REMARK = re.compile(r"\s*(?:#.*)?")
_LINE = re.compile(rf"(?:export )?[A-Za-z_0-9]+=.*|{_REMARK.pattern}")


def _ring() -> str:
    return "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def _salt() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


SECRETS: dict[str, Callable[[], str]] = {
    "SECRET_KEY": lambda: secrets.token_urlsafe(50),
    "ENCRYPTION_KEYS": _ring,
    "ENCRYPTION_SALT": _salt,
    "AUDIT_KEYS": _ring,
    "PASSWORD_PEPPERS": _ring,
    "KEY_PEPPERS": _ring,
}


def merge(data_dir: Path, source: Mapping[str, str]) -> dict[str, str]:
    """DATA_DIR/.env below the process environment, its missing secrets generated first."""
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (data_dir / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            _complete(data_dir, source)
    except OSError as error:
        raise ImproperlyConfigured(f"DATA_DIR {data_dir} cannot be used: {error.strerror}.") from error
    file = _read(data_dir / ".env")
    values = {**file, **{name: value for name, value in source.items() if value or name not in file}}
    database = data_dir / DATABASE_NAME
    if not (values.get("DATABASE_URL") or values.get("DATABASE_URL_FILE") or database.exists()):
        database.touch(mode=0o600)  # SQLite gives its journal the same rights
    return values


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}

    class Reader(environ.Env):  # type: ignore[misc]
        ENVIRON: ClassVar[dict[str, str]] = {}

    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        if not _LINE.fullmatch(line):
            raise ImproperlyConfigured(f"Line {number} of {path} is neither NAME=value nor a comment.")
    # What else the reader finds it logs as it stands, and there may be a secret in it.
    Reader.read_env(io.StringIO("\n".join(line for line in lines if not _REMARK.fullmatch(line))))
    return Reader.ENVIRON


def _complete(data_dir: Path, source: Mapping[str, str]) -> None:
    path = data_dir / ".env"
    known = {**_read(path), **source}
    missing = [name for name in SECRETS if not known.get(name) and not known.get(f"{name}_FILE")]
    if not missing:
        return
    if (data_dir / DATABASE_NAME).exists():
        names = ", ".join(missing)
        raise ImproperlyConfigured(f"{data_dir} holds a database but not its secrets ({names}): restore {path}.")
    lines = "".join(f"{name}={SECRETS[name]()}\n" for name in missing)
    _append(path, lines)


def _append(path: Path, lines: str) -> None:
    """The whole file anew under another name, then renamed: a cut-off write leaves the old one."""
    before = path.read_text(encoding="utf-8") if path.exists() else ""
    if before and not before.endswith("\n"):
        before += "\n"
    draft = path.with_name(".env.new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(before + lines)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
