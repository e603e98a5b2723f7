"""How long the header of a trusted proxy may be: 4 KiB, all its lines joined; one byte more is refused."""

import pytest

from security.clientip import BadForwarding, resolve
from tests.security.test_clientip import ATTACKER, scope

BESIDE = (("x-forwarded-proto", "https"), ("x-forwarded-host", "a" * 2000))


@pytest.fixture(autouse=True)
def _behind(settings):
    settings.TRUSTED_PROXIES, settings.CLIENT_IP_HEADER = ["10.0.0.0/8"], "x-forwarded-for"


def called(*sizes: int) -> str:
    """The caller that a header of such lines names."""
    return resolve(scope(*(("x-forwarded-for", ATTACKER.rjust(size)) for size in sizes), *BESIDE)).address


@pytest.mark.parametrize("sizes", [(4096,), (2000, 2095), (1000, 1000, 2094)])
def test_four_kibibytes_are_read_whatever_stands_beside_them(sizes):
    assert called(*sizes) == ATTACKER


@pytest.mark.parametrize("sizes", [(4097,), (2000, 2096), (1000, 1000, 2095)])
def test_one_byte_more_is_refused(sizes):
    with pytest.raises(BadForwarding, match="x-forwarded-for is too long"):
        called(*sizes)
