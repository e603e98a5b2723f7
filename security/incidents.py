"""What a refused request is told: a sentence and an incident id; JSON under /api/, a page elsewhere, text where that fails."""

import logging
import time
from collections.abc import Mapping

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils.http import escape_leading_slashes

from security import trail
from security.paths import is_api
from security.ratelimits import Refused

logger = logging.getLogger(__name__)

LINES = 10  # a second about refusals
LONGEST = 200  # characters of a path that the log takes: a caller writes it, and could fill the disk

_told_in = {"second": 0, "lines": 0}


def answer(request: HttpRequest, status: int, sentence: str, *, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """Log the incident, with its traceback when one is being handled, and tell the caller its id and nothing else."""
    incident = trail.incident()
    failed = status >= 500
    logger.log(
        logging.ERROR if failed else _level(status),
        "incident %s: %s %r answered %d", incident, request.method, _place(request), status,
        exc_info=failed,
    )  # fmt: skip
    response = _told(request, status, sentence, incident)
    for name, value in (headers or {}).items():
        response.headers[name] = value
    return response


def forget() -> None:
    """Count lines anew."""
    _told_in.update(second=0, lines=0)


def _level(status: int) -> int:
    """A flood of refusals must not fill the disk."""
    if status == 429:
        return logging.DEBUG
    second = int(time.monotonic())
    if _told_in["second"] != second:
        _told_in.update(second=second, lines=0)
    _told_in["lines"] += 1
    return logging.DEBUG if _told_in["lines"] > LINES else logging.INFO


def _place(request: HttpRequest) -> str:
    """The path as far as it is fit for the log; what a route takes out of it may be a secret, as the set-up link's token is."""
    match = request.resolver_match
    return match.route if match is not None and match.kwargs else request.path[:LONGEST]


def too_many(request: HttpRequest, refused: Refused) -> HttpResponse:
    return answer(request, 429, refused.sentence, headers=refused.headers())


def _told(request: HttpRequest, status: int, sentence: str, incident: str) -> HttpResponse:
    if is_api(request.path):
        return JsonResponse({"status": "error", "message": sentence, "incident": incident}, status=status)
    try:
        again = escape_leading_slashes(request.get_full_path())  # else //host would be another site
        words = {"status": status, "sentence": sentence, "incident": incident, "again": again}
        page = render_to_string("error.html", words)
    except Exception:
        logger.exception("The page of incident %s could not be drawn", incident)
        return HttpResponse(f"{sentence} Incident {incident}.\n", status=status, content_type="text/plain")
    return HttpResponse(page, status=status)
