"""Who is really calling: one resolver for all doors; a header it cannot trust in full is refused, never guessed at."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.signals import setting_changed
from django.http import HttpRequest

from security.addresses import Address, Network, NotAnAddress, network, parse
from security.matcher import Matcher

Headers = Iterable[tuple[bytes, bytes]]

UNIX = "unix:"
LOOPBACK = "127.0.0.1"  # what a peer on a unix socket counts as
WIDEST = {32: 8, 128: 32}
MAX_BYTES = 4096
MAX_HOPS = 20
BESIDE = {b"x-forwarded-proto": "proto", b"x-forwarded-host": "host"}
LISTS = ("forwarded", "x-forwarded-for")  # any other header holds one address
FORWARDING = frozenset(
    b"forwarded x-forwarded-for x-real-ip x-client-ip x-cluster-client-ip true-client-ip cf-connecting-ip".split()
)
_HEADER = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_NODE = re.compile(r"(?:\[([0-9A-Fa-f]*:[0-9A-Fa-f:.]*)\]|([0-9.]+))(?::(?:[0-9]{1,5}|_[\w.-]+))?", re.ASCII)
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_PAIR = re.compile(r'([\w.-]+)=(?:"([^"\\]*)"|([^\s",;=\\]+))', re.ASCII)


class BadForwarding(Exception):
    """A trusted proxy's header does not name its caller: answered 400."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`subject` is what limits and bans count by; `host` is None unless a trusted proxy named another one than Host."""

    address: str
    subject: str
    peer: str
    hop: str
    internal: bool
    spoofed: bool
    scheme: str
    host: str | None


@dataclass(frozen=True, slots=True)
class Proxies:
    """TRUSTED_PROXIES and CLIENT_IP_HEADER, read once."""

    ranges: tuple[Network, ...]
    table: Matcher
    unix: bool
    header: bytes | None
    telling: frozenset[bytes | None]  # the headers that are looked at
    forged: frozenset[bytes | None]  # the headers that nobody else may send

    def hold(self, address: Address) -> bool:
        return self.table.find(address.bits, address.value, 0) is not None


@cache
def proxies() -> Proxies:
    """The configured proxies; raises ImproperlyConfigured with the entry that cannot be used."""
    header = str(settings.CLIENT_IP_HEADER)
    if not _HEADER.fullmatch(header):
        raise ImproperlyConfigured(
            f"CLIENT_IP_HEADER must be none, x-forwarded-for, forwarded or one header name, not {header!r}."
        )
    table = Matcher()
    ranges = tuple(_range(text) for text in settings.TRUSTED_PROXIES if text != UNIX)
    for each in ranges:
        table.add(each)
    named = None if header == "none" else header.encode()
    return Proxies(ranges, table, UNIX in settings.TRUSTED_PROXIES, named, frozenset((named, *BESIDE)), FORWARDING | {named})


@lru_cache(maxsize=4096)
def is_trusted(peer: str) -> bool:
    """Does a proxy of ours stand there?"""
    trusted = proxies()
    return trusted.unix if peer == UNIX else bool(trusted.ranges) and trusted.hold(_peer(peer))


def resolve(scope: Mapping[str, Any]) -> Caller:
    """The caller of an ASGI connection; raises BadForwarding."""
    trusted = proxies()
    peer = (scope.get("client") or ("",))[0] or UNIX
    headers = scope.get("headers") or ()
    scheme = "https" if scope.get("scheme") in ("https", "wss") else "http"
    if is_trusted(peer):
        telling = trusted.telling
        lines = tuple([line for line in headers if line[0] in telling])
        if sum([len(name) + len(value) for name, value in lines if name != trusted.header]) > MAX_BYTES:
            raise BadForwarding("What a proxy says beside its caller is too long.")
        return _behind_proxy(peer, scheme, lines)
    return _direct(peer, scheme, not trusted.forged.isdisjoint([name for name, _ in headers]))


def of(request: HttpRequest) -> Caller:
    """The caller of a Django request: as the gatehouse named it, else resolved here, once."""
    scope = getattr(request, "scope", None)
    if scope is None:
        scope = request.__dict__.setdefault("scope_of_meta", _scope_of(request.META))
    if "caller" not in scope:
        scope["caller"] = resolve(scope)
    caller: Caller = scope["caller"]
    return caller


def _scope_of(meta: Mapping[str, Any]) -> dict[str, Any]:
    headers = [
        (name[5:].replace("_", "-").lower().encode("latin-1", "replace"), str(value).encode("latin-1", "replace"))
        for name, value in meta.items()
        if name.startswith("HTTP_")
    ]
    return {"client": (meta.get("REMOTE_ADDR"), 0), "scheme": meta.get("wsgi.url_scheme", "http"), "headers": headers}


def _range(text: str) -> Network:
    try:
        found = network(text)
    except NotAnAddress as error:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES: {error}") from error
    if found.length < WIDEST[found.bits]:
        raise ImproperlyConfigured(f"TRUSTED_PROXIES: {text} is wider than /{WIDEST[found.bits]}, it would trust strangers.")
    return found


def _peer(text: str) -> Address:
    if text == UNIX:
        return parse(LOOPBACK)
    try:
        return parse(text.partition("%")[0])
    except NotAnAddress as error:
        raise BadForwarding("The connection has no address.") from error


@lru_cache(maxsize=8192)
def _direct(peer: str, scheme: str, spoofed: bool) -> Caller:  # noqa: FBT001 - keywords double the cost of a cached call
    found = _peer(peer)
    return Caller(found.text, found.subject, peer, "peer", internal=False, spoofed=spoofed, scheme=scheme, host=None)


@lru_cache(maxsize=2048)
def _behind_proxy(peer: str, scheme: str, headers: tuple[tuple[bytes, bytes], ...]) -> Caller:
    """The caller named by the headers that count; a proxy's next request of the same caller finds it ready."""
    trusted = proxies()
    lines = [value for name, value in headers if name == trusted.header]
    if not lines:
        return _named(_peer(peer), peer, "peer", internal=True, scheme=scheme, host=None)
    name = (trusted.header or b"").decode()
    text = b",".join(lines).decode("latin-1")
    if len(text) > MAX_BYTES or text.count(",") >= MAX_HOPS:  # what is refused is not remembered
        raise BadForwarding(f"{name} is too long.")
    if "," in text and name not in LISTS:
        raise BadForwarding(f"{name} holds more than one address.")
    place, address, pairs = _walk(text, trusted)
    if name != "forwarded":
        pairs = _beside(headers, place)
    inside = trusted.hold(address)
    return _named(address, peer, f"{name}[-{place}]", internal=inside, scheme=_scheme(pairs, scheme), host=_host(pairs))


def _walk(text: str, trusted: Proxies) -> tuple[int, Address, dict[str, str]]:
    """From the right to the first hop nobody vouches for, else to the leftmost: its place, address and what it says."""
    read = _forwarded_element if trusted.header == b"forwarded" else _plain_element
    for place, element in enumerate(from_the_right(text), start=1):
        found = (place, *read(element))
        if not trusted.hold(found[1]):
            break
    return found


def _named(address: Address, peer: str, hop: str, *, internal: bool, scheme: str, host: str | None) -> Caller:
    return Caller(address.text, address.subject, peer, hop, internal=internal, spoofed=False, scheme=scheme, host=host)


def from_the_right(text: str) -> Iterator[str]:
    """The elements of a list header, last first; a comma between quotes separates nothing, an open quote swallows the rest."""
    parts: list[str] = []
    for part in reversed(text.split(",")):
        parts.insert(0, part)
        element = ",".join(parts)
        if element.count('"') % 2 == 0:
            yield element.strip(" \t")
            parts.clear()
    if parts:
        yield ",".join(parts)


def _plain_element(text: str) -> tuple[Address, dict[str, str]]:
    return _node(text), {}


def _forwarded_element(text: str) -> tuple[Address, dict[str, str]]:
    pairs: dict[str, str] = {}
    for pair in text.split(";"):
        match = _PAIR.fullmatch(pair.strip(" \t"))
        if match is None or match[1].lower() in pairs:
            raise BadForwarding("forwarded holds an element that is not name=value.")
        pairs[match[1].lower()] = match[2] if match[3] is None else match[3]
    return _node(pairs.get("for", "")), pairs


def _node(text: str) -> Address:
    """An address with or without brackets and port; a zone id, a name, `unknown` or `_hidden` is refused."""
    match = _NODE.fullmatch(text)
    try:
        return parse((match[1] or match[2]) if match else text)
    except NotAnAddress as error:
        raise BadForwarding("A trusted proxy names its caller in a way that is no address.") from error


def _beside(headers: Headers, place: int) -> dict[str, str]:
    """X-Forwarded-Proto and -Host at the place of the deciding hop; a header with fewer values says it for all hops."""
    pairs: dict[str, str] = {}
    for wanted, key in BESIDE.items():
        values = b",".join(value for name, value in headers if name == wanted).decode("latin-1").split(",")
        if values != [""]:
            pairs[key] = values[-min(place, len(values))].strip(" \t")
    return pairs


def _scheme(pairs: dict[str, str], default: str) -> str:
    said = pairs.get("proto", default).lower()
    if said not in ("http", "https", "ws", "wss"):
        raise BadForwarding("A trusted proxy names a scheme that is not http or https.")
    return "https" if said in ("https", "wss") else "http"


def _host(pairs: dict[str, str]) -> str | None:
    host = pairs.get("host")
    if host is not None and not _HOST.fullmatch(host):
        raise BadForwarding("A trusted proxy names a host that is none.")
    return host


def _forget(**_: object) -> None:
    for each in (proxies, is_trusted, _behind_proxy):
        each.cache_clear()


setting_changed.connect(_forget)
