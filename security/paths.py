"""What a path says: whether programs call it, what asking for it weighs, and when two probes are the same; pure functions."""

import re

from security.redaction import mask
from security.scanners import ANYWHERE, EXTENSIONS, NAMES, STARTS

LONGEST = 2048  # characters that are looked at: what follows is the same probe
SAMPLE = 200  # characters of one as it is kept
NEVER_ANSWERED = ("TRACE", "TRACK", "CONNECT")  # methods that no view of ours has

KNOWN, FOREIGN, OTHER, EXPECTED = 5, 2, 1, 0

_UUID = re.compile(r"(?<![^\W_])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![^\W_])")
_DIGITS = re.compile(r"\d+")
_SLASHES = re.compile(r"/{2,}")
_SECRET = re.compile(r"[^/]*(?:oa_(?:live|test)_|eyj|gaaaaa)[^/]*|(?=[^/]*\d)[\w+=.~-]{24,}|[^/]{41,}", re.IGNORECASE)

# What browsers and crawlers ask of every server without being told; already normalised.
_ASKED_EVERYWHERE = frozenset(
    {
        "/favicon.ico", "/favicon.png", "/favicon.svg", "/favicon-#x#.png", "/robots.txt", "/sitemap.xml", "/sitemap_index.xml",
        "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png",
        "/apple-touch-icon-#x#.png", "/apple-touch-icon-#x#-precomposed.png",
        "/browserconfig.xml",  # tiles of Windows
        "/ads.txt", "/app-ads.txt", "/humans.txt", "/security.txt",  # crawlers that visit every host
        "/manifest.json", "/site.webmanifest", "/manifest.webmanifest",
        "/sw.js", "/service-worker.js",  # a browser still updates the worker of what had this host and port before
        "/.well-known/security.txt", "/.well-known/change-password", "/.well-known/appspecific/com.chrome.devtools.json",
        "/.well-known/traffic-advice", "/.well-known/gpc.json", "/.well-known/dnt-policy.txt",
        "/.well-known/apple-app-site-association", "/.well-known/assetlinks.json",
        "/.well-known/webauthn", "/.well-known/passkey-endpoints",
        "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-#",  # Chrome, to try the server
    }
)  # fmt: skip
_CHALLENGE = re.compile(r"/\.well-known/acme-challenge/[\w-]+")  # a certificate authority asks from several places


def is_readable(path: str) -> bool:
    """Was it text, encoded as UTF-8? No address of ours has anything else, nor a null character."""
    return "\ufffd" not in path and "\0" not in path


def is_api(path: str) -> bool:
    """Is a program asking, which reads JSON? Hosts configured with a slash at their end send two."""
    return path.lstrip("/").startswith(("api/", "v1/"))


def fold(path: str) -> str:
    """In lower case, doubled slashes as one."""
    return _SLASHES.sub("/", path[:LONGEST].lower())


def normalise(path: str) -> str:
    """A path, decoded once and without its query, such that variants of one probe become one text."""
    return _DIGITS.sub("#", _UUID.sub("#", fold(path)))


def weight(path: str) -> int:
    """What a path that no route matches counts, decoded once; of several reasons the heaviest."""
    folded = fold(path)
    parts = folded.split("/")
    if _is_known(folded, parts):
        return KNOWN
    _, dot, extension = parts[-1].rpartition(".")
    if dot and extension in EXTENSIONS:
        return FOREIGN
    return EXPECTED if _is_expected(folded) else OTHER


def redacted(path: str) -> str:
    """A path as it may be kept and shown: no part of it that looks like a secret, nothing that cannot be printed."""
    printable = "".join(each if each.isprintable() else "?" for each in path[: 2 * SAMPLE])
    return mask(_SECRET.sub("…", printable))[:SAMPLE]


def _is_known(folded: str, parts: list[str]) -> bool:
    return (
        not NAMES.isdisjoint(parts)
        or any(part.startswith(STARTS) or (part[:1] == "." and part not in (".", ".well-known")) for part in parts)
        or ANYWHERE.search(folded) is not None
    )


def _is_expected(folded: str) -> bool:
    if folded.startswith("/static/") and folded.endswith(".map"):
        return True
    return normalise(folded) in _ASKED_EVERYWHERE or _CHALLENGE.fullmatch(folded) is not None
