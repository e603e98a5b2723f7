"""What every measurement needs: a data directory with an owner and a key, servers that end with it, commands."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

UNWANTED = ("DATABASE_URL", "REDIS_URL", "PUBLIC_BASE_URL")
BEHIND = {"TRUSTED_PROXIES": "127.0.0.1/32", "CLIENT_IP_HEADER": "x-forwarded-for"}
TICKS = os.sysconf("SC_CLK_TCK")

Env = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Running:
    """A server; after the block, `said` is what it printed at its end."""

    port: int
    process: subprocess.Popen[str]
    said: list[str]

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS


@contextmanager
def owned(**more: str) -> Iterator[tuple[dict[str, str], str]]:
    """The environment of a fresh installation, and its owner's key."""
    with tempfile.TemporaryDirectory(prefix="openalgo-bench-") as folder:
        env = {**os.environ, "DATA_DIR": folder, "RATE_LIMITS": "off", "OWNER_PASSWORD": os.urandom(12).hex(), **more}
        env = {name: value for name, value in env.items() if name not in UNWANTED}
        run("manage.py", "create_owner", "owner", "owner@example.com", env=env)
        yield env, run("manage.py", "issue_api_key", "owner", "--name", "bench", env=env).strip()


@contextmanager
def server(name: str, env: Env) -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-m", "bench.server", name], env=env, text=True, stdout=subprocess.PIPE)
    said: list[str] = []
    try:
        yield Running(int(process.stdout.readline()) if process.stdout else 0, process, said)
    finally:
        process.terminate()
        said.append(process.communicate(timeout=40)[0])


def begin(*args: str, env: Env) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, *args], env=env, text=True, stdout=subprocess.PIPE)


def finish(process: subprocess.Popen[str]) -> dict[str, float]:
    """The measures that a load printed; raises where it failed."""
    printed = process.communicate(timeout=120)[0]
    if process.returncode:
        raise RuntimeError(f"{process.args!r} failed")
    measures: dict[str, float] = json.loads(printed)
    return measures


def run(*args: str, env: Env) -> str:
    return subprocess.run([sys.executable, *args], env=env, text=True, stdout=subprocess.PIPE, check=True, timeout=300).stdout
