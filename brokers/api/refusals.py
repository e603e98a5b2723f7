"""How exceptions are told to programs: the status, one sentence, problems by field; the rest is a 500 without detail."""

from collections.abc import Iterable
from itertools import islice
from typing import Any, NoReturn

from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from pydantic import BaseModel

from apiauth.errors import ApiError
from brokers.api.envelope import refusal
from brokers.errors import BrokerError, NoSuchContract, OrderRefused, UnknownOrder

MOST_FIELDS, LONGEST_NAME = 20, 64  # a refusal stays small, however large the mistake
PROBLEMS = {
    "missing": "Missing data for required field.",
    "extra_forbidden": "Unknown field.",
    "enum": "Must be one of {expected}.",
    "string_type": "Must be text.",
    "string_unicode": "Must be text without control characters, and not blank.",
    "string_pattern_mismatch": "Must be text without control characters, and not blank.",
    "too_short": "Must have at least {min_length} item.",
    "too_long": "Must have at most {max_length} items.",
    "list_type": "Must be a list.",
    "model_attributes_type": "Must be an object.",
    "model_type": "Must be an object.",
    "dict_type": "Must be an object.",
    "literal_error": "Must be {expected}.",
    "string_too_short": "Must not be empty.",
    "string_too_long": "Must have at most {max_length} characters.",
}


def register(api: NinjaAPI) -> None:
    api.add_exception_handler(ApiError, unproven)
    api.add_exception_handler(ValidationError, misformed)
    api.add_exception_handler(HttpError, unreadable)
    api.add_exception_handler(BrokerError, refused)
    api.add_exception_handler(Exception, unexpected)


def unproven(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(request, error.status, error.message, errors=error.errors, headers=error.headers)


def misformed(request: HttpRequest, error: Any) -> HttpResponse:
    """The message names the first field's problem and how many more fields have one."""
    problems = by_field(error.errors)
    field, (problem, *_) = next(iter(problems.items()))
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return refusal(request, 400, f"{field}: {problem}{more}", errors=dict(islice(problems.items(), MOST_FIELDS)))


def unreadable(request: HttpRequest, error: Any) -> HttpResponse:
    return refusal(request, error.status_code, "The request could not be understood.")


def refused(request: HttpRequest, error: Any) -> HttpResponse:
    """A rule said no; an order that was booked as rejected is named."""
    booked = error.orderid if isinstance(error, OrderRefused) else None
    return refusal(request, 404 if isinstance(error, UnknownOrder | NoSuchContract) else 400, error.message, orderid=booked)


def unexpected(request: HttpRequest, error: Any) -> NoReturn:
    raise error


def require_known(request: HttpRequest, model: type[BaseModel]) -> None:
    """The framework drops what it does not know of a query; a misspelled name must not pass for an absent one."""
    unknown = [name for name in request.GET if name not in model.model_fields]
    if unknown:
        raise ValidationError([{"type": "extra_forbidden", "loc": ("query", name), "msg": ""} for name in unknown])


def by_field(errors: Iterable[dict[str, Any]]) -> dict[str, list[str]]:
    """Names as the client sent them; what the framework puts in front of them is left out."""
    problems: dict[str, list[str]] = {}
    for error in errors:
        framework = 1 if error["loc"][0] == "query" else 2
        name = ".".join(str(part) for part in error["loc"][framework:])[:LONGEST_NAME] or "body"
        problems.setdefault(name, []).append(_sentence(error))
    return problems


def _sentence(error: dict[str, Any]) -> str:
    """Ours for what the framework finds wrong; the fields' own problems are sentences already."""
    ours = PROBLEMS.get(error["type"])
    return ours.format(**error.get("ctx", {})).replace("'", "") if ours else str(error["msg"])
