"""The list in memory says what a comparison with every range would say."""

import ipaddress

from hypothesis import given
from hypothesis import strategies as st

from security.addresses import Network, network, parse
from security.matcher import Matcher

NOW = 1_000.0
values = st.integers(0, 7)  # few bits, so that ranges meet
ranges = st.one_of(
    st.builds(lambda top, length: Network(32, top << 29 >> (32 - length) << (32 - length), length), values, st.integers(0, 32)),
    st.builds(
        lambda top, length: Network(128, top << 125 >> (128 - length) << (128 - length), length), values, st.integers(0, 95)
    ),
)
changes = st.lists(st.tuples(ranges, st.sampled_from([NOW - 1, NOW, NOW + 1, None])), max_size=30)
addresses = st.one_of(
    st.builds(lambda top, low: ipaddress.IPv4Address(top << 29 | low), values, st.integers(0, 3)),
    st.builds(lambda top, low: ipaddress.IPv6Address(top << 125 | 1 << 100 | low), values, st.integers(0, 3)),
)


@given(changes, addresses)
def test_it_finds_the_narrowest_range_in_force(changes, address):
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
