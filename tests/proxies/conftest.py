"""One street for all tests of proxies; a proxy that is not installed is skipped, in CI it fails."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.proxies import street as built
from tests.proxies.door import Door
from tests.proxies.street import Street

PACKAGES = {"nginx": "nginx-light", "haproxy": "haproxy", "caddy": "caddy"}


def need(proxy: str) -> None:
    for program in ("caddy", "nginx") if proxy == "caddy" else (proxy,):
        if not (shutil.which(program) or os.environ.get("CI")):
            pytest.skip(f"{program} is not installed (Debian: {PACKAGES[program]})")


@pytest.fixture(scope="session")
def street() -> Iterator[Street]:
    with built.street() as opened:
        yield opened


@pytest.fixture
def door(request, street) -> Door:
    """The one that the test names."""
    need(request.param.split()[0])
    found: Door = street.door(request.param)
    return found


@pytest.fixture
def cookie(street, door) -> str:
    """Of the owner."""
    return str(street.cookie(door))
