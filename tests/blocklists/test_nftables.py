"""Sets of nftables: side by side, each address until the last ban that holds it ends."""

from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv4Network, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.blocklists.entries import Entry, Listed, Problem
from tests.blocklists.rows import NOW, again, crowded, ends, listed, parsed, written

Held = list[tuple[IPv4Network, datetime | None]]

HOUR = timedelta(hours=1)


def in_order(*rows: Listed) -> list[Listed]:
    def first(row: Listed) -> tuple[int, int]:
        found = ip_network(row.cidr)
        return int(found.network_address), found.prefixlen

    return sorted(rows, key=first)


def longest(held: Held, address: IPv4Address) -> datetime | bool | None:
    """Until when the last of the ranges that hold an address ends; False where none does."""
    found = [until for each, until in held if address in each]
    return bool(found) and (None if None in found else max(filter(None, found)))


@given(st.lists(st.builds(lambda cidr, until: listed(str(cidr), expires=until), crowded, ends), max_size=8))
def test_every_address_is_shut_out_as_long_as_the_longest_ban_that_holds_it(chosen):
    back = [(IPv4Network(str(each[1])), each[4]) for each in again("nftables", *in_order(*chosen)) if isinstance(each, Entry)]
    held = [(IPv4Network(row.cidr), row.expires) for row in chosen]
    for number in range(256):
        address = IPv4Address((203 << 24) + number)
        assert longest(back, address) == longest(held, address)
        assert sum(address in found for found, _ in back) <= 1


def test_a_range_around_a_longer_ban_is_cut_in_two():
    rows = in_order(listed("203.0.113.0/24", expires=NOW + HOUR), listed("203.0.113.9/32", expires=NOW + 50 * HOUR))
    assert written("nftables", *rows).splitlines()[-5:] == [
        "add element inet openalgo banned4 {",
        "203.0.113.0-203.0.113.8 timeout 3600s,",
        "203.0.113.9 timeout 2d7200s,",
        "203.0.113.10-203.0.113.255 timeout 3600s,",
        "}",
    ]


def test_both_families_fill_their_own_set():
    text = written("nftables", listed("::/64"), listed("203.0.113.9/32"), listed("2001:db8::/48"))
    assert "banned4 {\n203.0.113.9,\n}" in text
    assert "banned6 {\n::/64,\n2001:db8::/48,\n}" in text


def test_an_empty_list_empties_the_sets():
    assert written("nftables").endswith("flush set inet openalgo banned4\nflush set inet openalgo banned6\n")


LISTED = """table inet openalgo {
    set banned4 {
        type ipv4_addr
        flags interval,timeout
        elements = { 192.0.2.1, 192.0.2.2-192.0.2.3 timeout 1m40s expires 1m39s984ms,
                203.0.113.0/24 timeout 1h }
    }
}
"""


def test_what_nft_lists_is_read():
    found = parsed("nftables", LISTED)
    assert [(each[0], str(each[1]), each[4]) for each in found if isinstance(each, Entry)] == [
        (5, "192.0.2.1/32", None),
        (5, "192.0.2.2/31", NOW + timedelta(seconds=99)),
        (6, "203.0.113.0/24", NOW + HOUR),
    ]


@pytest.mark.parametrize("element", ["8.8.8.8 timeout soon", "nonsense", "8.8.8.9-8.8.8.1", "8.8.8.8 timeout 99999999d"])
def test_an_element_that_cannot_be_read_is_told(element):
    (found,) = parsed("nftables", f"add element inet openalgo banned4 {{\n{element},\n}}\n")
    assert isinstance(found, Problem)
    assert found.line == 2
