"""A container without an engine: run in namespaces of its own, it starts the image's or compose's command in them.

The root is read-only but for /tmp, in which the data directory is; there are no capabilities; the ports are its own. Prints
what happened as one JSON object.
"""

import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
from pathlib import Path
from time import monotonic

from tests.packaging import image

SECONDS = 60
UP = 0x41  # IFF_UP | IFF_RUNNING
UNPRIVILEGED = ["setpriv", "--bounding-set=-all", "--inh-caps=-all", "--ambient-caps=-all", "--no-new-privs"]


def rehearse(app: Path, env: dict[str, str], command: list[str]) -> dict[str, object]:
    _loopback_up()
    _read_only_but_for_tmp(app)
    asked = UNPRIVILEGED + image.last("HEALTHCHECK").command()

    def health() -> int:
        return subprocess.run(asked, cwd=app, env=env, capture_output=True, check=False).returncode

    before = health()
    with subprocess.Popen([*UNPRIVILEGED, *command], cwd=app, env=env, stdout=-1, stderr=-2, text=True) as server:
        until = monotonic() + SECONDS
        while (running := health()) and server.poll() is None and monotonic() < until:
            continue
        writable = subprocess.run([*UNPRIVILEGED, "touch", "manage.py"], cwd=app, env=env, capture_output=True, check=False)
        server.terminate()
        said, _ = server.communicate(timeout=SECONDS)
    return {
        "before": before, "running": running, "after": health(), "exit": server.returncode, "said": said,
        "read_only": "Read-only" in writable.stderr.decode(), "user": os.geteuid(),
    }  # fmt: skip


def _loopback_up() -> None:
    with socket.socket() as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh", b"lo", UP))  # SIOCSIFFLAGS


def _read_only_but_for_tmp(app: Path) -> None:
    for mount in (["--bind", "/tmp", "/tmp"], ["--bind", str(app), str(app)]):  # noqa: S108 - the container's, by promise
        subprocess.run(["mount", *mount], check=True)
    for place in (str(app), "/"):
        subprocess.run(["mount", "-o", "remount,bind,ro", place], check=True)


if __name__ == "__main__":
    app, env, command = json.loads(sys.argv[1])
    print(json.dumps(rehearse(Path(app), env, command)))  # noqa: T201
