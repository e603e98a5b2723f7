"""Reads a request's JSON object strictly; what two readers could understand differently is refused with 400."""

import json
import math
import re
from typing import Any, NoReturn

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, RawPostDataException, UnreadablePostError

from apiauth.errors import BadRequest, TooLarge

MAX_DEPTH = 32
MAX_PARTS = 10_000  # without it, a mebibyte of brackets from anybody takes half a second to read

_TOKENS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)
_UNFIT = re.compile("[\0\ud800-\udfff]")


def parse(request: HttpRequest) -> dict[str, Any]:
    """The body of a request that may carry one; raises BadRequest or TooLarge."""
    if request.method in ("GET", "HEAD"):
        return {}
    if request.content_type != "application/json" or not _is_utf8(request):
        raise BadRequest("The content type must be application/json.")
    try:
        return load(request.body)
    except RequestDataTooBig as error:
        raise TooLarge from error
    except (UnreadablePostError, RawPostDataException) as error:
        raise BadRequest("The request could not be read.") from error


def load(raw: bytes, *, depth: int = MAX_DEPTH) -> dict[str, Any]:
    if sum(map(raw.count, (b"{", b"[", b","))) > MAX_PARTS:
        raise BadRequest(f"The JSON has more than {MAX_PARTS:,} parts.")
    if too_deep(raw, most=depth):
        raise BadRequest(f"The JSON is nested deeper than {depth} levels.")
    try:
        value = json.loads(raw.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse_constant, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise BadRequest("The body is not valid JSON.") from error
    if not isinstance(value, dict):
        raise BadRequest("The body must be a JSON object.")
    if b"\\u" in raw and _has_unfit_text(value):
        raise BadRequest("The JSON holds text that is no text: a lone surrogate or a null character.")
    return value


def too_deep(raw: bytes, *, most: int = MAX_DEPTH) -> bool:
    """Counted over the bytes, without recursion, and only where there are brackets enough."""
    if raw.count(b"{") + raw.count(b"[") <= most:
        return False
    depth = 0
    for token in _TOKENS.finditer(raw):
        if token[0] in (b"{", b"["):
            depth += 1
            if depth > most:
                return True
        elif token[0] in (b"}", b"]"):
            depth -= 1
    return False


def _is_utf8(request: HttpRequest) -> bool:
    return (request.content_params or {}).get("charset", "utf-8").lower() in ("utf-8", "utf8")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        raise BadRequest("The JSON names a field twice.")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise BadRequest(f"{name} is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise BadRequest("The JSON holds a number beyond all bounds.")
    return number


def _has_unfit_text(value: Any) -> bool:
    if isinstance(value, str):
        return _UNFIT.search(value) is not None
    if isinstance(value, dict):
        return any(_has_unfit_text(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_has_unfit_text, value))
