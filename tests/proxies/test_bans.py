"""Behind each proxy a ban meets whom it names, over HTTP and WebSocket, and nobody else who comes by the same proxy."""

import json
from itertools import count

import pytest
from websockets.exceptions import InvalidStatus

from tests.fleet import until
from tests.proxies.door import SITE, Door
from tests.proxies.street import TOLD
from tests.proxies.test_address import everywhere

pytestmark = pytest.mark.slow

OTHER, ANOTHER = "198.51.100.7", "2001:db8:9:10::7"
ATTACKERS = ["203.0.113.9", "2001:db8:9:9::9", "2001:db8:9:9:ffff::1"]
STRANGERS = [
    (door, who)
    for door in TOLD
    for who in (OTHER, ANOTHER, "203.0.113.10", "127.0.0.1")
    if (who, door.endswith("appended")) != ("127.0.0.1", True)  # docs/proxies.md: there this machine is believed
]
each = pytest.mark.parametrize("door", TOLD, indirect=True)
fresh = count(100)


def socket_status(door: Door, path: str, **options) -> int:
    try:
        with door.knock(path, **options):
            return 101
    except InvalidStatus as refused:
        return refused.response.status_code


def statuses(door: Door, who: str, cookie: str, *, claim: str) -> list[int]:
    """Of a request, a program's socket and a page's, while the caller claims to be somebody else."""
    lines = everywhere(claim)
    page = {"lines": [*lines, ("Cookie", cookie)], "origin": SITE}
    return [
        door.ask("/healthz", who=who, lines=lines).status,
        socket_status(door, "/ws", who=who, lines=lines),
        socket_status(door, "/live/", who=who, **page),
    ]


@pytest.mark.parametrize("who", ATTACKERS)
@each
def test_the_banned_are_refused_whoever_they_claim_to_be(door, who, cookie):
    assert statuses(door, who, cookie, claim=OTHER) == [403, 403, 403]


@pytest.mark.parametrize(("door", "who"), STRANGERS, indirect=["door"])
def test_all_others_come_in_even_if_they_claim_to_be_banned(door, who, cookie):
    assert statuses(door, who, cookie, claim=ATTACKERS[0]) == [200, 101, 101]


@each
def test_both_may_come_in_turn(door):
    asked = [door.ask("/healthz", who=who).status for who in [ATTACKERS[0], OTHER, ATTACKERS[1], ANOTHER] * 3]
    assert asked == [403, 200] * 6


@pytest.mark.parametrize("form", ["203.0.113.{}", "2001:db8:{}::9"])
@each
def test_whoever_looks_for_a_decoy_is_banned_and_not_whom_they_name(door, form):
    attacker, named = (form.format(next(fresh)) for _ in range(2))
    decoy = door.ask("/robots.txt", who=attacker).text.rpartition("Disallow: ")[2].split()[0]
    assert door.ask(decoy, who=attacker, lines=everywhere(named)).status == 404
    until([lambda: door.ask("/healthz", who=attacker).status == 403])
    assert door.ask("/healthz", who=named).status == 200


@each
def test_an_ipv6_caller_is_their_whole_network_and_no_neighbour(door, cookie):
    """Asked of the page that tells everybody who they are."""
    page = door.ask("/security/", who="2001:db8:7:7::9", lines=[("Cookie", cookie)]).text
    assert "count you as <code>2001:db8:7:7::/64</code>" in page


@each
def test_a_socket_is_listed_with_whom_it_belongs_to(door, street, cookie):
    who = f"192.0.2.{next(fresh)}"
    lines = [*everywhere(OTHER), ("Cookie", cookie)]
    with door.knock("/ws", who=who, lines=lines) as program, door.knock("/live/", who=who, lines=lines, origin=SITE):
        program.say(json.dumps({"action": "authenticate", "api_key": street.token}))
        assert json.loads(program.hear())["status"] == "success"

        def listed() -> bool:
            page = door.ask(f"/security/sockets/?q={who}", who="127.0.0.1", lines=[("Cookie", cookie)]).text
            return all(f"<code>{who}</code>" in page and f">{path}</code>" in page for path in ("/ws", "/live/"))

        until([listed])
