"""The written form of a key, `oa_<live|test>_<kid>_<secret><crc>`; anything else reads as None, before any work."""

import re
import secrets
import string
import zlib
from dataclasses import dataclass, field

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
MAX_LENGTH = 128
KID_LENGTH = 10
SECRET_BITS = 256
SECRET_LENGTH = 43  # base62 digits that hold 256 bits
CRC_LENGTH = 6  # base62 digits that hold 32 bits

_SHAPE = re.compile(r"oa_(live|test)_([0-9A-Za-z]{10})_([0-9A-Za-z]{43})([0-9A-Za-z]{6})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Token:
    kid: str
    secret: str = field(repr=False)
    test: bool = False

    def reveal(self) -> str:
        """The token as its holder sends it."""
        body = f"oa_{'test' if self.test else 'live'}_{self.kid}_{self.secret}"
        return body + _crc(body)


def new(*, test: bool = False) -> Token:
    kid = "".join(secrets.choice(ALPHABET) for _ in range(KID_LENGTH))
    return Token(kid=kid, secret=base62(secrets.randbits(SECRET_BITS), length=SECRET_LENGTH), test=test)


def read(text: str) -> Token | None:
    """The token a text spells; None when its length, shape or checksum is wrong."""
    shape = _SHAPE.fullmatch(text) if len(text) <= MAX_LENGTH else None
    if shape is None or _crc(text[:-CRC_LENGTH]) != shape[4]:
        return None
    return Token(kid=shape[2], secret=shape[3], test=shape[1] == "test")


def base62(number: int, *, length: int) -> str:
    """The number's base62 digits, padded with zeros on the left."""
    digits = []
    for _ in range(length):
        number, rest = divmod(number, 62)
        digits.append(ALPHABET[rest])
    return "".join(reversed(digits))


def _crc(body: str) -> str:
    return base62(zlib.crc32(body.encode("ascii")), length=CRC_LENGTH)
