"""Which hop of a forwarding header names the caller, and what each was taken for, by the one resolver."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from security import clientip
from security.clientip import BadForwarding, Caller, from_the_right

Line = tuple[str, str]  # a header's name, and its value

_PLACE = re.compile(r"\[-(\d+)\]$")


class NotAHeader(ValueError):
    """The text is no header line; the sentence says what one is."""


@dataclass(frozen=True, slots=True)
class Hop:
    """`place` is `peer` or as in `x-forwarded-for[-1]`, counted from the right."""

    place: str
    text: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Trace:
    """`address` is whom we would take the caller for; empty where we would answer 400."""

    address: str
    sentence: str
    hops: tuple[Hop, ...]


def line(text: str) -> Line:
    """`Name: value` apart; raises NotAHeader."""
    name, colon, value = text.partition(":")
    if not colon or not re.fullmatch(r"[A-Za-z0-9-]{1,64}", name) or not value.isprintable():
        raise NotAHeader('Give a header as "X-Forwarded-For: 198.51.100.7, 10.0.0.2".')
    return name.lower(), value.strip()


def trace(peer: str, lines: Sequence[Line]) -> Trace:
    """What a connection from that peer with these header lines comes down to."""
    scope = {"client": (peer, 0), "headers": [(name.encode(), value.encode("latin-1", "replace")) for name, value in lines]}
    try:
        caller = clientip.resolve(scope)
    except BadForwarding as error:
        return Trace("", f"We would answer 400. {error}", ())
    behind = clientip.is_trusted(peer)
    first = Hop("peer", peer, _peer_meaning(caller, behind=behind))
    return Trace(
        caller.address, f"The caller is {caller.address}, by {caller.hop}.", (first, *_elements(caller, lines, behind=behind))
    )


def _peer_meaning(caller: Caller, *, behind: bool) -> str:
    if not behind:
        return "not in TRUSTED_PROXIES: the caller itself"
    return "a trusted proxy that names nobody: the caller" if caller.hop == "peer" else "a trusted proxy"


def _elements(caller: Caller, lines: Sequence[Line], *, behind: bool) -> list[Hop]:
    header = (clientip.proxies().header or b"").decode()
    counted = [value for name, value in lines if behind and name == header]
    place = _PLACE.search(caller.hop)
    decided = int(place[1]) if place else 0
    found = [
        Hop(f"{header}[-{number}]", text, _meaning(number, decided, caller))
        for number, text in enumerate(from_the_right(",".join(counted)) if counted else (), start=1)
    ]
    why = "not what CLIENT_IP_HEADER names" if behind else "its peer is not in TRUSTED_PROXIES"
    ignored = [Hop(name, value, f"ignored: {why}") for name, value in lines if not (behind and name == header)]
    return [*found, *ignored]


def _meaning(number: int, decided: int, caller: Caller) -> str:
    if number == decided:
        return (
            "the leftmost, a trusted proxy too: the caller"
            if caller.internal
            else "the first that nobody vouches for: the caller"
        )
    return "a trusted proxy" if number < decided else "not looked at: whoever called could have written it"
