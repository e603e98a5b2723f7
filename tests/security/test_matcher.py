"""The list in memory says what a comparison with every range would say."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from security.addresses import Network, network, parse
from security.matcher import Matcher

NOW = 1_000.0
families = st.sampled_from([32, 128])


def place(bits: int) -> st.SearchStrategy[Network]:
    return st.builds(Network, st.just(bits), st.integers(0, 2**bits - 1), st.integers(0, bits))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[tuple[Network, float | None]], ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """Ranges of any length around a few places, put on a list and taken off it, and an address near one of the places."""
    places = draw(st.lists(families.flatmap(place), min_size=1, max_size=2))
    ranges = st.sampled_from(places).flatmap(lambda each: st.integers(0, each.bits).map(each.around))
    changes = draw(
        st.lists(st.tuples(ranges, st.sampled_from([NOW - 1, NOW, NOW + 1, NOW + 2, None])), min_size=5, max_size=30)
    )
    bits, value, shared = draw(st.sampled_from(places))
    spare = bits - shared
    address = value >> spare << spare | draw(st.integers(0, 2**spare - 1))
    return changes, ipaddress.IPv4Address(address) if bits == 32 else ipaddress.IPv6Address(address)


@given(cases())
def test_it_finds_the_narrowest_range_in_force(case):
    changes, address = case
    matcher = Matcher()
    listed: dict[Network, float] = {}
    for each, expires in changes:
        if expires is None:
            matcher.remove(each)
            listed.pop(each, None)
        else:
            matcher.add(each, expires)
            listed[each] = expires
    holding = [each for each, expires in listed.items() if expires > NOW and address in ipaddress.ip_network(str(each))]
    found = matcher.find(address.max_prefixlen, int(address), NOW)
    assert (found and found.network) == max(holding, key=lambda each: each.length, default=None)
    assert len(matcher) == len(listed)


@pytest.mark.parametrize("bits", [32, 128])
def test_a_range_of_each_length_holds_its_first_and_last_address_and_no_neighbour(bits):
    for length in range(bits + 1):
        matcher, size = Matcher(), 2 ** (bits - length)
        inner = (2**length // 2) * size
        matcher.add(Network(bits, inner, length), NOW + 1)
        held = [value for value in (inner - 1, inner, inner + size - 1, inner + size) if matcher.find(bits, value, NOW)]
        assert held == ([inner, inner + size - 1]), length


def test_a_ban_stops_at_the_instant_it_expires():
    matcher = Matcher()
    matcher.add(network("203.0.113.9"), NOW)
    _, _, bits, value = parse("203.0.113.9")
    assert matcher.find(bits, value, NOW - 0.001)
    assert not matcher.find(bits, value, NOW)


def test_a_wider_ban_holds_on_when_a_narrower_one_ran_out():
    matcher = Matcher()
    matcher.add(network("203.0.113.9"), NOW - 1)
    matcher.add(network("203.0.113.0/24"), NOW + 1)
    found = matcher.find(32, parse("203.0.113.9").value, NOW)
    assert found is not None
    assert found.cidr == "203.0.113.0/24"
