"""What Django says when it refuses or fails: the sentences; their shape is security.incidents."""

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse

from security.incidents import answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    if isinstance(exception, DisallowedHost):
        return answer(request, 400, "This server does not go by that name: PUBLIC_BASE_URL or ALLOWED_HOSTS must hold it.")
    return answer(request, 400, "The request could not be understood.")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 403, "You may not open this.")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return answer(request, 403, "This form has expired or came from elsewhere. Go back, reload the page and send it again.")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return answer(request, 404, "There is nothing at this address.")


def server_error(request: HttpRequest) -> HttpResponse:
    return answer(request, 500, "Something went wrong on our side.")
