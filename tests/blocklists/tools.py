"""Real programs that read our lists: missing on a stranger's machine a test is skipped, in CI it fails."""

import os
import shutil
import subprocess

import pytest


def needs(program: str, package: str) -> pytest.MarkDecorator:
    missing = not (shutil.which(program) or os.environ.get("CI"))
    return pytest.mark.skipif(missing, reason=f"{program} is not installed (Debian: {package})")


def run(*command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    """To its end, both its streams together."""
    done = subprocess.run(
        command, text=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60,
        check=False, env=os.environ | {"TZ": "UTC"},
    )  # fmt: skip
    assert not check or done.returncode == 0, done.stdout
    return done
