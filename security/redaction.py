"""What goes into the log and the trails: no secret, plain and bounded values; in doubt one is masked or cut, never refused."""

import math
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

MASK = "[masked]"
DEPTH = 6
ITEMS = 200  # of one list or object
LONGEST = 2_000  # characters of one text

_Several = Mapping[Any, Any] | list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]

_WORDS = (
    "password", "passwd", "passphrase", "secret", "token", "authorization", "pepper", "cookie", "seed", "api[_-]?key",
    "private[_-]?key", "session_?id", "encryption_key", "encryption_salt", "audit_key",
)  # fmt: skip
_NAMES = re.compile(rf"(?:^|_)(?:{'|'.join(_WORDS)})s?(?:_|$)", re.IGNORECASE)

SHORTEST = 16  # characters of a secret that is masked wherever it stands

# In one pass each, whoever wrote the text: what repeats is bounded, or taken and not looked at again.
_FLAGS = re.IGNORECASE | re.ASCII
_BAR = r"(?:_|%(?:25){0,4}5f|\\u005f|\\x5f)"  # an underscore, also as addresses and JSON spell it
_KEY = re.compile(rf"(oa{_BAR}(?:live|test){_BAR})((?:[0-9a-z_]|{_BAR})+)", _FLAGS)
_KID = re.compile(rf"[0-9a-z]{{10}}(?:{_BAR}|\Z)", _FLAGS)

_WORD = rf"(?:{'|'.join(_WORDS)})s?\d?(?:[_-][\w-]{{0,20}})?"
_IS = r"\\{0,16}[\"']?[ \t]*(?:[:=]{1,2}+>?+|%3a|%3d)[ \t]*+"
_QUOTED = r"([a-z]{0,2}(?P<quote>\\{0,16}[\"']))(?!\[masked\])(?:(?!(?<!\\)(?P=quote))[^\n])+"
_UNQUOTED = r"(?!\[masked\]|[a-z]{0,2}\\{0,16}[\"'])"
_BARE = (
    rf"{_UNQUOTED}(?!(?:none|null|true|false)\b)"
    r"(?:[^\s&\"'<>\[({]*[\[({][^\])}\n]*)?[^\s&\"'<>]+(?<![,;.:)])"  # a call or a list to its end
)
# What a text in small letters must hold for the patterns behind it to find something: most texts hold nothing of it.
_SHAPES = tuple(
    (re.compile(hint), tuple((re.compile(pattern, _FLAGS), instead) for pattern, instead in patterns))
    for hint, patterns in (
        (
            "pass|secret|token|authoriz|pepper|cookie|seed|api[_-]?key|private|session_?id|encryption_|audit_key",
            (
                (rf"((?:authorization|cookie)s?{_IS}){_UNQUOTED}[^\n\"']+", rf"\1{MASK}"),  # a header's line
                (rf"({_WORD}{_IS}){_QUOTED}", rf"\1\2{MASK}"),
                (rf"([\[(]b?[\"'][\w-]{{0,20}}?{_WORD}[\"'],[ ]?){_QUOTED}", rf"\1\2{MASK}"),  # a pair, as of ASGI's headers
                (rf"({_WORD}{_IS}){_BARE}", rf"\1{MASK}"),
            ),
        ),
        (
            "bearer|basic|eyj|gaaaaa|://|/setup/",
            (
                (r"(?<![a-z])(bearer|basic)(?:[ \t]|%20|\+)+[^\s,;&\"'<>]+", rf"\1 {MASK}"),
                (r"(?-i:eyJ)[\w-]{10,}(?:\.[\w-]+){0,4}", MASK),  # a JWT
                (r"(?-i:gAAAAA)[\w-]{20,}(?:=|%3d)*", MASK),  # Fernet
                (r"(://[^\s/?#:@\"']*:)[^\s/?#\"']+@", rf"\1{MASK}@"),
                (r"(/setup/)[\w-]{16,}", rf"\1{MASK}"),
            ),
        ),
    )
)
_verbatim: set[str] = set()


def hide(secrets: Iterable[str]) -> None:
    """From now on these are masked wherever they stand; those too short to be told from other words are not."""
    _verbatim.update(each for each in secrets if len(each) >= SHORTEST)


def mask(text: str) -> str:
    """The text with each secret in it masked, as far as it can be told from other words; a key's id stays, it is none."""
    lowered = text.lower()
    if "oa" in lowered:
        text = _KEY.sub(_without_secret, text)
    for secret in _verbatim:
        text = text.replace(secret, MASK)
    for hint, patterns in _SHAPES:
        for pattern, instead in patterns if hint.search(lowered) else ():
            text = pattern.sub(instead, text)
    return text


def clean(text: object, *, most: int) -> str:
    """A text as every database takes it, secrets masked, cut with an ellipsis."""
    plain = mask(_spelled(text).replace("\0", "").encode(errors="replace").decode())
    return plain if len(plain) <= most else plain[: most - 1] + "\u2026"


def plain(value: object, *, depth: int = DEPTH) -> object:
    """The same as JSON has it: unknown types by their text, sets in order, too much of anything cut."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and type(value) is int and abs(value) < 2**63:
        return value
    if type(value) is float and math.isfinite(value):
        return value
    if isinstance(value, Mapping | list | tuple | set | frozenset):
        return _contents(value, depth) if depth else "\u2026"
    return clean(value, most=LONGEST)


def _contents(value: _Several, depth: int) -> object:
    if isinstance(value, Mapping):
        return {clean(name, most=100): _field(name, each, depth) for name, each in islice(value.items(), ITEMS)}
    found = [plain(each, depth=depth - 1) for each in islice(value, ITEMS)]
    return sorted(found, key=str) if isinstance(value, set | frozenset) else found


def _field(name: object, value: object, depth: int) -> object:
    secret = _NAMES.search(_spelled(name)) and value not in (None, "") and not isinstance(value, bool)
    return MASK if secret else plain(value, depth=depth - 1)


def _spelled(value: object) -> str:
    if isinstance(value, datetime):
        return (value.astimezone(UTC) if value.tzinfo else value).isoformat()
    try:
        return hex(value) if type(value) is int else str(value)
    except Exception:  # noqa: BLE001 - whatever a value's own spelling raises, the row is written
        return f"[{type(value).__name__}]"


def _without_secret(key: re.Match[str]) -> str:
    kid = _KID.match(key[2])
    if kid is None:
        return key[1] + MASK
    return key[0] if kid.end() == len(key[2]) else key[1] + kid[0] + MASK
