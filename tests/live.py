"""A real server for tests: `manage.py serve` in a process, with a data directory, ports and a database of its own."""

import atexit
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit, urlunsplit

import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
Found = TypeVar("Found")

START_SECONDS = 60
STOP_SECONDS = 20
PASSED_ON = ("PATH", "HOME", "LANG", "VIRTUAL_ENV", "PYTHONDONTWRITEBYTECODE", "COVERAGE_PROCESS_START",
             "SESSION_EXPIRY_TIME")  # fmt: skip


@dataclass
class Live:
    """A running server; `output` is what it has printed so far, both streams, line by line."""

    base: str
    ws: str | None
    data_dir: Path
    env: dict[str, str]
    process: subprocess.Popen[str]
    output: list[str] = field(default_factory=list)
    _news: threading.Condition = field(default_factory=threading.Condition)

    def manage(self, *args: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Another manage.py command in the same environment, as an operator beside the running server would type it."""
        return manage(*args, env=self.env, check=check)

    def wait_for(self, pattern: str, *, seconds: float = START_SECONDS) -> re.Match[str]:
        """The first printed line that matches, now or later; fails with all that was printed."""

        def found(output: list[str]) -> re.Match[str] | None:
            return next((match for line in output if (match := re.search(pattern, line))), None)

        match = self.wait_until(found, seconds=seconds)
        assert match, f"never printed {pattern!r}, but:\n" + "".join(self.output)
        return match

    def wait_until(self, found: Callable[[list[str]], Found], *, seconds: float = START_SECONDS) -> Found:
        """What `found` makes of all that was printed, asked at each line until true or all is over."""
        with self._news:
            self._news.wait_for(lambda: self._silent or found(self.output), seconds)
            return found(self.output)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        return self.process.wait(STOP_SECONDS)

    def end(self) -> None:
        """Gone, one way or the other."""
        try:
            self.stop()
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._reader.join()

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as lines:
            for line in lines:
                with self._news:
                    self.output.append(line)
                    self._news.notify_all()
        with self._news:
            self._silent = True
            self._news.notify_all()

    def __post_init__(self) -> None:
        self._silent = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()


@contextmanager
def live_server(
    env: Mapping[str, str] | None = None,
    *args: str,
    fresh: bool = False,
    second_port: bool = True,
    default_port: bool = False,
) -> Iterator[Live]:
    """`manage.py serve ARGS` on free ports until the block ends.

    `env` is added to an otherwise clean environment. The data directory is a copy of a migrated one; `fresh` starts with an
    empty one instead. `default_port` leaves the second port to `serve`.
    """
    with environment(env or {}, fresh=fresh) as clean:
        ports = [] if "--port" in args else ["--port", "0"]
        if not default_port:
            ports += ["--ws-port", str(free_port() if second_port else 0)]
        live = start(clean, "manage.py", "serve", *ports, *args)
        try:
            live.base = live.wait_for(r"on (http://\S+)")[1]
            live.ws = live.wait_for(r"on (ws://\S+)")[1] if second_port else None
            yield live
        finally:
            live.end()


@contextmanager
def environment(env: Mapping[str, str], *, fresh: bool = False) -> Iterator[dict[str, str]]:
    """A process environment with a data directory and, where DATABASE_URL or REDIS_URL name engines, databases of its own."""
    folder = Path(tempfile.mkdtemp(prefix="openalgo-live-"))
    template = None if fresh else _template(os.environ.get("DATABASE_URL", ""))
    if template:
        shutil.copytree(template.data_dir, folder, dirs_exist_ok=True)
    try:
        with _database(template.database if template else None) as database_url:
            yield {**_clean(folder), **database_url, **_redis(), **env}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(env: Mapping[str, str], *args: str) -> Live:
    """Python with these arguments in the background, its output being read."""
    process = subprocess.Popen(
        [sys.executable, *args],
        cwd=ROOT, env=dict(env), text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    return Live(base="", ws=None, data_dir=Path(env["DATA_DIR"]), env=dict(env), process=process)


def manage(*args: str, env: Mapping[str, str], check: bool = True) -> subprocess.CompletedProcess[str]:
    """A manage.py command to its end, its standard output and error apart."""
    done = subprocess.run(
        [sys.executable, "manage.py", *args],
        cwd=ROOT, env=dict(env), text=True, stdin=subprocess.DEVNULL, capture_output=True, timeout=START_SECONDS, check=False,
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout + done.stderr
    return done


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class _Template:
    data_dir: Path
    database: str | None


@cache
def _template(database_url: str) -> _Template:
    """A migrated data directory (and database), made once a run and copied for each server."""
    folder = Path(os.environ["DATA_DIR"]) / "live-template"
    name = _create_database(database_url, template=None) if database_url else None
    if name:
        atexit.register(_drop_database, database_url, name)
    env = _clean(folder) | ({"DATABASE_URL": _with_path(database_url, name)} if name else {})
    manage("migrate", "--verbosity", "0", env=env)
    return _Template(folder, name)


def _clean(folder: Path) -> dict[str, str]:
    return {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"DATA_DIR": str(folder)}


@contextmanager
def _database(template: str | None) -> Iterator[dict[str, str]]:
    url = os.environ.get("DATABASE_URL")
    if not url:
        yield {}
        return
    name = _create_database(url, template=template)
    try:
        yield {"DATABASE_URL": _with_path(url, name)}
    finally:
        _drop_database(url, name)


def _create_database(url: str, *, template: str | None) -> str:
    name = f"live_{secrets.token_hex(6)}"
    _administer(url, f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{template}"' if template else ""))
    return name


def _drop_database(url: str, name: str) -> None:
    _administer(url, f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _administer(url: str, statement: str) -> None:
    with psycopg.connect(_with_path(url, "postgres"), autocommit=True) as connection:
        connection.execute(statement.encode())


def _with_path(url: str, path: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{path}"))


def _redis() -> dict[str, str]:
    """One of Redis' other numbered databases, emptied: counters of one server must not stop another."""
    url = os.environ.get("REDIS_URL")
    if not url:
        return {}
    own = _with_path(url, str(1 + secrets.randbelow(15)))
    with redis.Redis.from_url(own) as client:
        client.flushdb()
    return {"REDIS_URL": own}
