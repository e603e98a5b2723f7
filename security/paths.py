"""What a path says: whether programs call it, and when two probes are the same; pure functions."""

import re

_UUID = re.compile(r"(?<![^\W_])[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}(?![^\W_])")
_DIGITS = re.compile(r"\d+")
_SLASHES = re.compile(r"/{2,}")

# What browsers and crawlers ask of every server without being told; already normalised.
_ASKED_EVERYWHERE = frozenset(
    {
        "/favicon.ico", "/favicon.png", "/favicon.svg", "/robots.txt", "/sitemap.xml",
        "/apple-touch-icon.png", "/apple-touch-icon-precomposed.png",
        "/apple-touch-icon-#x#.png", "/apple-touch-icon-#x#-precomposed.png",
        "/.well-known/security.txt", "/.well-known/change-password", "/.well-known/appspecific/com.chrome.devtools.json",
        "/.well-known/traffic-advice", "/.well-known/gpc.json", "/.well-known/dnt-policy.txt",
        "/.well-known/apple-app-site-association", "/.well-known/assetlinks.json",
        "/.well-known/webauthn", "/.well-known/passkey-endpoints",
    }
)  # fmt: skip


def is_api(path: str) -> bool:
    """Is a program asking, which reads JSON? Hosts configured with a slash at their end send two."""
    return path.lstrip("/").startswith("api/")


def normalise(path: str) -> str:
    """A path, decoded once and without its query, such that variants of one probe become one text."""
    folded = _SLASHES.sub("/", path.lower())
    return _DIGITS.sub("#", _UUID.sub("#", folded))


def weight(normal: str) -> int:
    """What a path that no route matches counts: 0 for what is asked of every server, else 1."""
    is_map = normal.startswith("/static/") and normal.endswith(".map")
    return 0 if is_map or normal in _ASKED_EVERYWHERE else 1
