"""The one shape of every answer: JSON with a status; money as JSON numbers, a refusal as one sentence."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

from brokers.types import IST, Mode

Problems = Mapping[str, Sequence[str]]


def answer(request: HttpRequest, **content: object) -> HttpResponse:
    """200: what was asked for, and the mode where the door noted it."""
    return _json(200, {"status": "success", **_mode(request), **content})


def refusal(
    request: HttpRequest,
    status: int,
    message: str,
    *,
    errors: Problems | None = None,
    headers: Mapping[str, str] | None = None,
    orderid: str | None = None,
) -> HttpResponse:
    content = {"status": "error", "message": message, **_mode(request)}
    if orderid:
        content["orderid"] = orderid
    if errors:
        content["errors"] = errors
    return _json(status, content, headers)


def not_allowed(request: HttpRequest, response: HttpResponseNotAllowed) -> HttpResponse:
    allow = response["Allow"]
    return refusal(request, 405, f"This address answers only {allow}.", headers={"Allow": allow})


def stamp(moment: datetime) -> str:
    return moment.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")


def _mode(request: HttpRequest) -> dict[str, object]:
    mode = getattr(request, "mode", None)
    return {"mode": mode} if mode is Mode.ANALYZE else {}


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, datetime):
        return stamp(value)
    raise TypeError(f"{type(value).__name__} has no place in an answer.")


_encode = json.JSONEncoder(default=_plain, separators=(",", ":"), allow_nan=False).encode


def _json(status: int, content: object, headers: Mapping[str, str] | None = None) -> HttpResponse:
    return HttpResponse(_encode(content), status=status, content_type="application/json", headers=headers)
