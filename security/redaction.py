"""What goes into a trail: plain, bounded JSON values without secrets; in doubt a value is masked or cut, never refused."""

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import Any

MASK = "[masked]"
DEPTH = 6
ITEMS = 200  # of one list or object
LONGEST = 2_000  # characters of one text

_Several = Mapping[Any, Any] | list[Any] | tuple[Any, ...] | set[Any] | frozenset[Any]

_WORDS = (
    "password", "passwd", "passphrase", "secret", "token", "authorization", "pepper", "cookie", "seed", "apikey", "api_key",
    "private_key",
)  # fmt: skip
_NAMES = re.compile(rf"(?:^|_)(?:{'|'.join(_WORDS)})s?(?:_|$)", re.IGNORECASE)
_SECRETS = (
    (re.compile(r"\boa_(live|test)_([0-9A-Za-z]{10})_[0-9A-Za-z]+"), rf"oa_\1_\2_{MASK}"),  # the id is no secret
    (re.compile(r"\boa_(live|test)_(?![0-9A-Za-z]{10}_\[)[0-9A-Za-z_]+"), rf"oa_\1_{MASK}"),
    (re.compile(r"\b(Bearer|Basic)\s+[^\s,;\"']+", re.IGNORECASE), rf"\1 {MASK}"),
    (re.compile(r"\b(password|passwd|secret|token|apikey|api_key)(\s*[=:]\s*)[^\s&,;\"']+", re.IGNORECASE), rf"\1\2{MASK}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), MASK),  # a JWT
    (re.compile(r"\bgAAAAA[\w-]{20,}=*"), MASK),  # Fernet
)
_HINT = re.compile(r"oa_|bearer|basic|passw|secret|token|api_?key|eyJ|gAAAAA", re.IGNORECASE)  # most texts hold none of these


def clean(text: object, *, most: int) -> str:
    """A text as every database takes it, secrets masked, cut with an ellipsis."""
    plain = _spelled(text).replace("\0", "").encode(errors="replace").decode()
    for pattern, instead in _SECRETS if _HINT.search(plain) else ():
        plain = pattern.sub(instead, plain)
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
