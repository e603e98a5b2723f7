"""Addresses and ranges as text and number; pure, and refuses whatever is not exactly one of them."""

import ipaddress
import re
import socket
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

SUBJECT_LENGTH = {32: 32, 128: 64}  # an IPv4 address, or the /64 that a single IPv6 line is handed
NEIGHBOURS = {32: 24, 128: 48}  # whoever has one address of such a network may well have more
_MAPPED = 0xFFFF
_TUNNELS = (_MAPPED, 0x64FF9B << 64)  # ::ffff:0:0/96 and 64:ff9b::/96, both carrying an IPv4 address in their last 32 bits
_REMEMBERED = 8192
_PREFIX = re.compile(r"0|[1-9][0-9]{0,2}")


Neighbours = tuple[int, int]


class NotAnAddress(ValueError):
    """The text is no address or range; the sentence says what is wrong with it."""


class Network(NamedTuple):
    """A range: address family in bits (32 or 128), first address, prefix length."""

    bits: int
    value: int
    length: int

    def __str__(self) -> str:
        return f"{_text(self.bits, self.value)}/{self.length}"

    @property
    def named(self) -> str:
        """As people write it, and as subjects are named: a lone IPv4 address without its /32."""
        return _text(self.bits, self.value) if self.bits == self.length == 32 else str(self)

    @property
    def first(self) -> bytes:
        """The lowest address as 16 bytes, IPv4 in its mapped form, so that both families sort in one column."""
        return _sixteen(self.bits, self.value)

    @property
    def last(self) -> bytes:
        return _sixteen(self.bits, self.value | ((1 << (self.bits - self.length)) - 1))

    @property
    def is_range(self) -> bool:
        """Whether that is more than one subject."""
        return self.length < SUBJECT_LENGTH[self.bits]

    def around(self, length: int) -> "Network":
        """The range of that length that holds this one."""
        spare = self.bits - length
        return Network(self.bits, self.value >> spare << spare, length)

    def overlaps(self, other: "Network") -> bool:
        shift = self.bits - min(self.length, other.length)
        return self.bits == other.bits and self.value >> shift == other.value >> shift


class Address(NamedTuple):
    text: str
    subject: str
    bits: int
    value: int

    @property
    def neighbours(self) -> Neighbours:
        """Its /24 or /48: the family in bits, and the number it begins with."""
        return self.bits, self.value >> self.bits - NEIGHBOURS[self.bits]


@lru_cache(maxsize=_REMEMBERED)
def parse(text: str) -> Address:
    """One address, no port, brackets or zone; IPv4 carried inside IPv6 comes out as IPv4."""
    bits, value, _ = _untunnelled(*_number(text), 128)
    lead = bits - SUBJECT_LENGTH[bits]
    subject = _text(bits, value) if not lead else f"{_text(bits, value >> lead << lead)}/{SUBJECT_LENGTH[bits]}"
    return Address(_text(bits, value), subject, bits, value)


def network(text: str) -> Network:
    """An address (a range of one) or a range in CIDR form, without host bits."""
    head, slash, tail = text.partition("/")
    bits, value = _number(head)
    if slash and not (_PREFIX.fullmatch(tail) and int(tail) <= bits):
        raise NotAnAddress(f"{text[:64]!r} needs a prefix length from 0 to {bits} after the slash.")
    bits, value, length = _untunnelled(bits, value, int(tail) if slash else bits)
    spare = bits - length
    if value >> spare << spare != value:
        raise NotAnAddress(
            f"{text[:64]} has bits set beyond /{length}: the range is {Network(bits, value >> spare << spare, length)}."
        )
    return Network(bits, value, length)


def subject_network(text: str) -> Network:
    """As `network`, but a lone address stands for its subject: an IPv6 one for the /64 around it."""
    found = network(text)
    if "/" in text:
        return found
    lead = found.bits - SUBJECT_LENGTH[found.bits]
    return Network(found.bits, found.value >> lead << lead, SUBJECT_LENGTH[found.bits])


def name_of(text: str) -> str:
    """What an address or range in running text is named, or nothing where it is none."""
    try:
        return network(text.rstrip(".,:;")).named
    except NotAnAddress:
        return ""


def is_in(ranges: Iterable[Network], address: str) -> bool:
    """Does an address lie in one of the ranges?"""
    found = parse(address)
    return any(each.overlaps(Network(found.bits, found.value, found.bits)) for each in ranges)


def _number(text: str) -> tuple[int, int]:
    family, bits = (socket.AF_INET6, 128) if ":" in text else (socket.AF_INET, 32)
    try:
        if "%" not in text:
            return bits, int.from_bytes(socket.inet_pton(family, text), "big")
    except (OSError, ValueError):
        pass
    raise NotAnAddress(_complaint(text))


def _untunnelled(bits: int, value: int, length: int) -> tuple[int, int, int]:
    if bits == 128 and length >= 96 and value >> 32 in _TUNNELS:
        return 32, value & 0xFFFFFFFF, length - 96
    return bits, value, min(length, bits)


def _text(bits: int, value: int) -> str:
    if bits == 32:
        return socket.inet_ntoa(value.to_bytes(4, "big"))
    if value >> 32:  # below that the C library writes the last 32 bits as IPv4
        return socket.inet_ntop(socket.AF_INET6, value.to_bytes(16, "big"))
    return str(ipaddress.IPv6Address(value))


def _sixteen(bits: int, value: int) -> bytes:
    return (value if bits == 128 else _MAPPED << 32 | value).to_bytes(16, "big")


def _complaint(text: str) -> str:
    shown = repr(text[:64])
    if not text.strip():
        return "An address is missing."
    if text != text.strip() or " " in text:
        return f"{shown} has spaces in it: give one address or range."
    if "%" in text:
        return f"{shown} carries a zone id: give the address alone."
    if text.startswith("[") or (text.count(":") == 1 and "." in text):
        return f"{shown} carries brackets or a port: give the address alone."
    return f"{shown} is not an address or range."


LOCAL = tuple(network(text) for text in ("127.0.0.0/8", "::1", "169.254.0.0/16", "fe80::/10"))
# Documentation ranges are not in it: tests use them as attackers.
NON_GLOBAL = (*LOCAL, *map(network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")))
