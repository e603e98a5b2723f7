"""Behind each proxy the gateway knows who calls, and no header that a client writes moves them."""

import re

import pytest

from tests.proxies.door import Line
from tests.proxies.street import DOORS, TOLD

pytestmark = pytest.mark.slow

ATTACKER = "203.0.113.20"
FORGED = "198.51.100.7"
NAMES = ("X-Forwarded-For", "X-Real-IP", "Forwarded")
MANY = ", ".join(f"198.51.100.{number}" for number in range(25))


def everywhere(value: str) -> list[Line]:
    """In each header; `Forwarded` is worded as its own grammar has it."""
    return [(name, re.sub(r"(^|, )", r"\1for=", value) if name == "Forwarded" else value) for name in NAMES]


FORGERIES: dict[str, list[Line]] = {
    "one line": everywhere(FORGED),
    "two lines": everywhere(FORGED) + everywhere("198.51.100.8"),
    "the same line six times": everywhere(FORGED) * 6,
    "IPv6": [*everywhere("2001:db8:66::1"), ("Forwarded", 'for="[2001:db8:66::1]:4711"')],
    "this machine": everywhere("127.0.0.1"),
    "a trusted hop": everywhere(f"{FORGED}, 127.0.0.1"),
    "garbage": everywhere('unknown, _hidden;;\xff"\\, for='),
    "an open quote": everywhere(f'"{FORGED}'),
    "nothing": everywhere(""),
    "a comma": everywhere(","),
    "other spellings": [
        ("X_Forwarded_For", FORGED),
        ("x-FORWARDED-for", FORGED),
        ("X_Real_IP", FORGED),
        ("FORWARDED", "for=x"),
    ],
    "other headers": [("CF-Connecting-IP", FORGED), ("True-Client-IP", FORGED), ("X-Client-IP", FORGED)],
    "hop by hop": [("Connection", "keep-alive, X-Forwarded-For, X-Real-IP, Forwarded, X-Forwarded-Proto"), *everywhere(FORGED)],
}
# What a proxy or the gateway may find too much; whoever sends it is then answered 400 and taken for nobody.
REFUSED: dict[str, list[Line]] = {
    "a long list": everywhere(MANY),
    "many lines": everywhere(FORGED) * 25,
    "many bytes": everywhere("x" * 5000),
    "a control character": everywhere(f"{FORGED}\x7f"),
    "a space before the colon": [(f"{name} ", value) for name, value in everywhere(FORGED)],
    "folded lines": everywhere(f"{FORGED},\r\n 198.51.100.8"),
}
AS_SPOKEN = [(door, who) for door in DOORS for who in ("127.0.0.3", "127.8.8.8", "::1")]
AS_TOLD = [(door, who) for door in TOLD for who in (ATTACKER, "2001:db8:7:7::9")]
anybody = pytest.mark.parametrize(("door", "who"), AS_SPOKEN + AS_TOLD, indirect=["door"])
attackers = [(door, ATTACKER if door in TOLD else "127.0.0.3") for door in DOORS]
each = pytest.mark.parametrize(("door", "who"), attackers, indirect=["door"])


@anybody
def test_the_caller_is_whoever_called_the_proxy(door, who):
    seen = door.ask("/probe/echo", who=who).seen
    assert (seen["address"], seen["secure"], seen["host"]) == (who, True, "localhost")


@pytest.mark.parametrize("case", FORGERIES)
@each
def test_a_header_of_the_clients_moves_nobody(door, who, case):
    seen = door.ask("/probe/echo", who=who, lines=FORGERIES[case]).seen
    assert (seen["address"], seen["secure"], seen["host"]) == (who, True, "localhost")


@pytest.mark.parametrize("case", REFUSED)
@each
def test_too_much_of_it_moves_nobody_either(door, who, case):
    answer = door.ask("/probe/echo", who=who, lines=REFUSED[case])
    assert answer.status == 400 or answer.seen["address"] == who


@pytest.mark.parametrize("case", ["a long list", "many bytes"])
@each
def test_too_much_is_refused_only_where_it_is_kept(door, who, case):
    answer = door.ask("/probe/echo", who=who, lines=REFUSED[case])
    assert answer.status == (400 if door.keeps else 200)


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X_Forwarded_Host", "X-Host", "X-Original-Host"])
@each
def test_a_forged_host_or_scheme_does_not_reach_the_gateway(door, who, name):
    forged = [(name, "evil.example"), ("X-Forwarded-Proto", "http"), ("X-Forwarded-Proto", "ftp"), ("Forwarded", "host=evil")]
    seen = door.ask("/probe/echo", who=who, lines=forged).seen
    assert (seen["address"], seen["secure"], seen["host"]) == (who, True, "localhost")


@each
def test_the_security_page_says_by_which_hop(door, who, cookie):
    page = door.ask("/security/", who=who, lines=[("Cookie", cookie), *FORGERIES["one line"]]).text
    hop = re.search(r"Named by <code>([\w-]+)\[-\d\]</code>, which our proxy 127\.0\.0\.1 wrote", page)
    assert hop, page
    assert (hop[1] in map(str.lower, NAMES), f"count you as <code>{who}</code>" in page) == (True, True)


@pytest.mark.parametrize("door", ["nginx appended", "haproxy appended"], indirect=True)
def test_a_proxy_that_keeps_what_came_believes_its_own_machine(door):
    """What docs/proxies.md warns of; the recommended files keep nothing."""
    assert door.ask("/probe/echo", who="127.0.0.1", lines=[("X-Forwarded-For", FORGED)]).seen["address"] == FORGED


@pytest.mark.parametrize("door", [name for name in DOORS if "appended" not in name], indirect=True)
def test_the_recommended_files_do_not(door):
    assert door.ask("/probe/echo", who="127.0.0.1", lines=everywhere(FORGED)).seen["address"] == "127.0.0.1"
