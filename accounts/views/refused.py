"""An answer to somebody who has to wait before the next password."""

from django.http import HttpResponse

from security.guesses import Refused


def told(response: HttpResponse, outcome: object) -> HttpResponse:
    """429 with Retry-After where the guess was not even looked at; else the page as it is."""
    if isinstance(outcome, Refused):
        response.status_code = 429
        for name, value in outcome.headers().items():
            response.headers[name] = value
    return response
