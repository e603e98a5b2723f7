"""Who is calling: the peer, or whom a trusted proxy names; nothing a stranger writes moves it."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given
from hypothesis import settings as tries
from hypothesis import strategies as st

from security.addresses import parse
from security.clientip import BadForwarding, Caller, resolve

ATTACKER = "203.0.113.9"
PROXY = "10.0.0.2"
any_setting = tries(suppress_health_check=[HealthCheck.function_scoped_fixture])


def scope(*headers: tuple[str, str], peer: str | None = PROXY, scheme: str = "http") -> dict[str, Any]:
    lines = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers]
    return {"type": "http", "client": (peer, 4000) if peer else None, "scheme": scheme, "headers": lines}


def named(value: str, *, header: str = "x-forwarded-for", peer: str | None = PROXY) -> Caller:
    return resolve(scope((header, value), peer=peer))


@pytest.fixture
def behind(settings):
    settings.TRUSTED_PROXIES = ["10.0.0.0/8", "2001:db8:ffff::/48", "unix:"]
    settings.CLIENT_IP_HEADER = "x-forwarded-for"


@pytest.fixture
def forwarded(behind, settings):
    settings.CLIENT_IP_HEADER = "forwarded"


class TestWithoutProxies:
    def test_the_peer_is_the_caller(self):
        caller = resolve(scope(peer=ATTACKER))
        assert (caller.address, caller.subject, caller.hop, caller.internal) == (ATTACKER, ATTACKER, "peer", False)

    @pytest.mark.parametrize("header", ["x-forwarded-for", "forwarded", "x-real-ip", "cf-connecting-ip"])
    def test_a_header_moves_nothing_and_is_noted(self, header):
        caller = named("198.51.100.1", header=header, peer=ATTACKER)
        assert (caller.address, caller.spoofed) == (ATTACKER, True)

    def test_scheme_and_host_are_not_taken_from_a_stranger(self):
        caller = resolve(scope(("x-forwarded-proto", "https"), ("x-forwarded-host", "evil.example"), peer=ATTACKER))
        assert (caller.scheme, caller.host) == ("http", None)

    def test_a_mapped_peer_is_ipv4(self):
        assert resolve(scope(peer=f"::ffff:{ATTACKER}")).address == ATTACKER

    def test_a_link_local_peer_loses_its_zone(self):
        assert resolve(scope(peer="fe80::1%eth0")).address == "fe80::1"

    def test_a_unix_peer_counts_as_this_machine(self):
        caller = resolve(scope(("x-forwarded-for", ATTACKER), peer=None))
        assert (caller.address, caller.peer, caller.spoofed) == ("127.0.0.1", "unix:", True)

    def test_a_peer_without_an_address_is_refused(self):
        with pytest.raises(BadForwarding):
            resolve(scope(peer="testclient"))

    def test_a_socket_over_tls_is_https(self):
        assert resolve(scope(peer=ATTACKER, scheme="wss")).scheme == "https"


@pytest.mark.usefixtures("behind")
class TestXForwardedFor:
    def test_a_stranger_still_moves_nothing(self):
        caller = named("198.51.100.1", peer=ATTACKER)
        assert (caller.address, caller.spoofed) == (ATTACKER, True)

    @pytest.mark.parametrize(
        ("value", "address", "hop"),
        [
            (ATTACKER, ATTACKER, "-1"),
            (f"198.51.100.1, {ATTACKER}", ATTACKER, "-1"),
            (f"198.51.100.1, {ATTACKER}, 10.1.1.1", ATTACKER, "-2"),
            (f"garbage, unknown, {ATTACKER}", ATTACKER, "-1"),
            (f'" , {ATTACKER}', ATTACKER, "-1"),
            (f"{ATTACKER}:4711", ATTACKER, "-1"),
            (f"\t{ATTACKER} ", ATTACKER, "-1"),
            ("2001:db8::7", "2001:db8::7", "-1"),
            ("[2001:DB8:0::7]:443", "2001:db8::7", "-1"),
            (f"::ffff:{ATTACKER}", ATTACKER, "-1"),
            (f"64:ff9b::{ATTACKER}", ATTACKER, "-1"),
            (f"{ATTACKER},2001:db8:ffff::1", ATTACKER, "-2"),
        ],
    )
    def test_the_first_hop_nobody_vouches_for_is_the_caller(self, value, address, hop):
        caller = named(value)
        assert (caller.address, caller.hop, caller.internal) == (address, f"x-forwarded-for[{hop}]", False)

    @pytest.mark.parametrize(
        "value",
        ["", " ", ",", f"{ATTACKER},", f"{ATTACKER}, unknown", f"{ATTACKER}, _hidden", "fe80::1%eth0", "1.2.3", "localhost",
         "[203.0.113.9]", "[2001:db8::1", "2001:db8::1]", "203.0.113.9:", "203.0.113.9:port", "203.0.113.9:123456",
         "203.0.113.9 198.51.100.1", '"203.0.113.9"', "203.0.113.0/24", "\xb2.1.1.1", "203.0.113.9;", "10.1.1.1, x, 10.1.1.2"],
    )  # fmt: skip
    def test_what_names_no_address_is_refused(self, value):
        with pytest.raises(BadForwarding):
            named(value)

    def test_no_header_from_a_proxy_means_the_proxy_itself(self):
        caller = resolve(scope())
        assert (caller.address, caller.hop, caller.internal, caller.spoofed) == (PROXY, "peer", True, False)

    def test_a_chain_of_proxies_alone_is_its_leftmost(self):
        caller = named("10.1.1.1, 10.1.1.2")
        assert (caller.address, caller.internal, caller.hop) == ("10.1.1.1", True, "x-forwarded-for[-2]")

    def test_lines_are_joined_in_order(self):
        lines = (("x-forwarded-for", "198.51.100.1"), ("x-forwarded-for", ATTACKER))
        assert resolve(scope(*lines)).address == ATTACKER

    def test_other_headers_of_a_proxy_are_not_asked(self):
        caller = resolve(scope(("x-real-ip", "198.51.100.1"), ("forwarded", "for=198.51.100.2")))
        assert (caller.address, caller.spoofed) == (PROXY, False)

    def test_a_name_with_an_underscore_is_another_header(self):
        assert named(ATTACKER, header="x_forwarded_for").address == PROXY

    @pytest.mark.parametrize("value", [f"{' ' * 4096}{ATTACKER}", ",".join([ATTACKER] * 21)])
    def test_too_long_is_refused(self, value):
        with pytest.raises(BadForwarding, match="too long"):
            named(value)

    @pytest.mark.parametrize("more", [[("x-forwarded-host", "a" * 4096)], [("x-forwarded-proto", "")] * 300])
    def test_what_is_too_long_beside_it_is_refused(self, more):
        with pytest.raises(BadForwarding, match="too long"):
            resolve(scope(("x-forwarded-for", ATTACKER), *more))

    def test_twenty_hops_are_read(self):
        assert named(",".join([ATTACKER, *["10.1.1.1"] * 19])).hop == "x-forwarded-for[-20]"

    def test_a_unix_peer_may_be_trusted(self):
        assert named(ATTACKER, peer=None).address == ATTACKER

    def test_scheme_and_host_come_from_the_proxy(self):
        lines = (("x-forwarded-for", ATTACKER), ("x-forwarded-proto", "https"), ("x-forwarded-host", "trade.example:8443"))
        caller = resolve(scope(*lines))
        assert (caller.scheme, caller.host) == ("https", "trade.example:8443")

    def test_scheme_is_taken_at_the_place_of_the_deciding_hop(self):
        lines = (("x-forwarded-for", f"1.1.1.1, {ATTACKER}, 10.1.1.1"), ("x-forwarded-proto", "gopher, https, http"))
        assert resolve(scope(*lines)).scheme == "https"

    @pytest.mark.parametrize(
        ("name", "value"), [("proto", "gopher"), ("proto", ""), ("host", "a b"), ("host", "a/b"), ("host", "")]
    )
    def test_a_scheme_or_host_that_is_none_is_refused(self, name, value):
        with pytest.raises(BadForwarding):
            resolve(scope(("x-forwarded-for", ATTACKER), (f"x-forwarded-{name}", f"{value},")))

    @any_setting
    @given(left=st.text(st.characters(max_codepoint=255), max_size=60).filter(lambda text: text.count(",") < 17))
    @example(left='for="')
    def test_nothing_left_of_an_unknown_hop_is_read(self, left):
        assert named(f"{left},{ATTACKER}, 10.1.1.1").address == ATTACKER

    @any_setting
    @given(
        hops=st.lists(
            st.sampled_from(["10.1.1.1", "10.9.9.9", ATTACKER, "2001:db8::7", "unknown", "x", ""]), min_size=1, max_size=20
        )
    )
    def test_it_never_passes_the_first_hop_nobody_vouches_for(self, hops):
        outside = next((hop for hop in reversed(hops) if not hop.startswith("10.")), hops[0])
        try:
            assert named(",".join(hops)).address == outside
        except BadForwarding:
            assert outside in ("unknown", "x", "")

    @any_setting
    @given(st.text(st.characters(max_codepoint=255), max_size=200))
    def test_any_header_is_an_address_or_a_refusal(self, value):
        try:
            assert parse(named(value).address)
        except BadForwarding:
            assert value is not None


@pytest.mark.usefixtures("forwarded")
class TestForwarded:
    @pytest.mark.parametrize(
        ("value", "address"),
        [
            (f"for={ATTACKER}", ATTACKER),
            (f'For="{ATTACKER}:4711"', ATTACKER),
            ('for="[2001:db8::7]:4711"', "2001:db8::7"),
            ('for="[2001:db8::7]:_port"', "2001:db8::7"),
            (f"for=198.51.100.1, for={ATTACKER};proto=https, for=10.1.1.1;by=10.0.0.2", ATTACKER),
            (f'for="198.51.100.1,for=";x, for={ATTACKER};host="a"', ATTACKER),
            (f'for={ATTACKER};host="a,for=198.51.100.1"', None),
        ],
    )
    def test_the_first_hop_nobody_vouches_for_is_the_caller(self, value, address):
        try:
            assert named(value, header="forwarded").address == address
        except BadForwarding:
            assert address is None

    @pytest.mark.parametrize(
        "value",
        [ATTACKER, "", "for=", "for=unknown", "for=_hidden", 'for="', "proto=https", f"for={ATTACKER};for=198.51.100.1",
         f"for={ATTACKER};;", f'for={ATTACKER};host="a\\",for=198.51.100.1"', f"for={ATTACKER} ;=", "for=2001:db8::7%1"],
    )  # fmt: skip
    def test_what_names_no_address_is_refused(self, value):
        with pytest.raises(BadForwarding):
            named(value, header="forwarded")

    def test_scheme_and_host_are_those_of_the_same_hop(self):
        lines = (
            ("forwarded", f"for={ATTACKER};proto=HTTPS;host=trade.example, for=10.1.1.1;proto=http;host=inner"),
            (
                "x-forwarded-proto",
                "http",
            ),
        )
        caller = resolve(scope(*lines))
        assert (caller.scheme, caller.host, caller.hop) == ("https", "trade.example", "forwarded[-2]")

    @any_setting
    @given(left=st.text(st.characters(max_codepoint=255), max_size=60).filter(lambda text: text.count(",") < 17))
    @example(left='for="')
    @example(left='for="\\')
    def test_nothing_left_of_an_unknown_hop_is_read(self, left):
        assert named(f'{left},for="{ATTACKER}:80";secret="a,b", for=10.1.1.1', header="forwarded").address == ATTACKER


@pytest.mark.usefixtures("behind")
class TestOneNamedHeader:
    @pytest.fixture(autouse=True)
    def _named(self, behind, settings):
        settings.CLIENT_IP_HEADER = "cf-connecting-ip"

    def test_it_names_the_caller(self):
        assert named(ATTACKER, header="cf-connecting-ip").address == ATTACKER

    @pytest.mark.parametrize("value", [f"198.51.100.1,{ATTACKER}", f"{ATTACKER},10.1.1.1", "", "unknown"])
    def test_it_holds_exactly_one_address(self, value):
        with pytest.raises(BadForwarding):
            named(value, header="cf-connecting-ip")
