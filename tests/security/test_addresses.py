"""What counts as an address or a range, and what each is called."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.addresses import NotAnAddress, network, parse, subject_network
from security.sparing import spared


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_its_own_subject(address):
    assert parse(str(address))[:2] == (str(address), str(address))


@given(st.ip_addresses(v=6))
def test_an_ipv6_address_is_written_canonically_and_counted_by_its_64(address):
    inner = address.ipv4_mapped or (int(address) >> 32 == 0x64FF9B << 64 and ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    subject = str(inner) if inner else str(ipaddress.ip_network((int(address) >> 64 << 64, 64)))
    assert parse(address.exploded)[:2] == (str(inner or address), subject)


@given(st.text(max_size=20))
def test_text_is_an_address_exactly_where_the_standard_library_says_so(text):
    try:
        expected = "%" not in text and bool(ipaddress.ip_address(text))
    except ValueError:
        expected = False
    try:
        assert bool(parse(text)) is expected
    except NotAnAddress:
        assert not expected


@pytest.mark.parametrize("text", ["::ffff:203.0.113.9", "64:ff9b::203.0.113.9", "::FFFF:cb00:7109"])
def test_ipv4_inside_ipv6_comes_out(text):
    assert parse(text).text == "203.0.113.9"


@given(st.ip_addresses(), st.integers(0, 128))
def test_a_range_has_the_bounds_the_standard_library_gives_it(address, length):
    expected = ipaddress.ip_network((int(address), min(length, address.max_prefixlen)), strict=False)
    if expected.version == 6 and expected.prefixlen >= 96:
        return
    found = network(str(expected))
    assert str(found) == str(expected)
    assert int.from_bytes(found.last, "big") - int.from_bytes(found.first, "big") == expected.num_addresses - 1


def test_a_mapped_range_becomes_ipv4():
    assert str(network("::ffff:203.0.113.0/120")) == "203.0.113.0/24"


def test_a_lone_ipv6_address_stands_for_its_64():
    assert str(subject_network("2001:db8:1:2:3::4")) == "2001:db8:1:2::/64"


def test_an_ipv6_range_stays_what_it_says():
    assert str(subject_network("2001:db8::1/128")) == "2001:db8::1/128"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "missing"), ("  ", "missing"), (" 203.0.113.9", "spaces"), ("fe80::1%eth0", "zone"), ("203.0.113.9:80", "port"),
        ("[2001:db8::1]", "brackets"), ("203.0.113.9/24", "203.0.113.0/24"), ("2001:db8::1/64", "2001:db8::/64"),
        ("203.0.113.9/33", "prefix length"), ("203.0.113.9/", "prefix length"), ("203.0.113.9/+8", "prefix length"),
        ("203.0.113.0/024", "prefix length"), ("203.0.113.0/٢٤", "prefix length"), ("010.0.0.1", "not an address"),
        ("1.2.3", "not an address"), ("0x7f.0.0.1", "not an address"), ("2130706433", "not an address"),
        ("a\0b", "not an address"),
        ("\ud800", "not an address"), ("1.2.3.4\n", "spaces"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(text, word):
    with pytest.raises(NotAnAddress, match=word):
        network(text)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "169.254.1.1",
        "fe80::1",
        "10.0.0.1",
        "172.31.0.1",
        "192.168.1.1",
        "100.64.0.1",
        "fd00::1",
    ],
)
def test_private_addresses_are_spared_by_automation(text):
    assert spared(network(text), automatic=True)


@pytest.mark.parametrize("text", ["203.0.113.9", "198.51.100.1", "2001:db8::1", "8.8.8.8", "172.32.0.1", "100.128.0.1"])
def test_documentation_and_public_addresses_are_not(text):
    assert not spared(network(text), automatic=True)


@given(st.ip_addresses(), st.integers(0, 128), st.ip_addresses(), st.integers(0, 128))
def test_overlap_is_what_the_standard_library_calls_overlap(first, length, second, other):
    one = ipaddress.ip_network((int(first), min(length, first.max_prefixlen) % 96), strict=False)
    two = ipaddress.ip_network((int(second), min(other, second.max_prefixlen) % 96), strict=False)
    expected = one.version == two.version and one.overlaps(two)
    assert network(str(one)).overlaps(network(str(two))) is expected
