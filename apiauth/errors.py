"""How this app refuses.

KeyRefused                 a verb's refusal; its text is a sentence for the person who asked
└── NoSuchKey
ApiError                   an answer to a program: status, one sentence, problems by field, headers
├── BadRequest       400   malformed JSON, wrong content type, wrong field
│   └── MissingKey   400   no key, an empty one, two different ones, a longer one than any of ours
├── InvalidKey       403   the literal sentence existing programs look for
├── MissingScope     403   names the scope
├── TooLarge         413
└── TooMany          429   with Retry-After and RateLimit-*
"""

from collections.abc import Mapping, Sequence

from django.http import JsonResponse

from security.ratelimits import Refused

Problems = Mapping[str, Sequence[str]]


class KeyRefused(Exception):
    """A key cannot be issued, rotated or revoked this way."""


class NoSuchKey(KeyRefused):
    def __init__(self, kid: str) -> None:
        super().__init__(f"There is no API key {kid!r}.")


class ApiError(Exception):
    def __init__(
        self, status: int, message: str, *, errors: Problems | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers or {}


class BadRequest(ApiError):
    def __init__(self, message: str, *, errors: Problems | None = None) -> None:
        super().__init__(400, message, errors=errors)


class MissingKey(BadRequest):
    def __init__(self, problem: str) -> None:
        super().__init__(problem, errors={"apikey": [problem]})


class InvalidKey(ApiError):
    def __init__(self) -> None:
        super().__init__(403, "Invalid openalgo apikey")


class MissingScope(ApiError):
    def __init__(self, scope: str) -> None:
        super().__init__(403, f"This API key lacks the scope '{scope}', which this call needs.")


class TooLarge(ApiError):
    def __init__(self) -> None:
        super().__init__(413, "The request is larger than this server accepts.")


class TooMany(ApiError):
    def __init__(self, refused: Refused) -> None:
        super().__init__(429, refused.sentence, headers=refused.headers())


def answer(error: ApiError) -> JsonResponse:
    """The one error shape of the API."""
    body: dict[str, object] = {"status": "error", "message": error.message}
    if error.errors:
        body["errors"] = error.errors
    return JsonResponse(body, status=error.status, headers=dict(error.headers))
