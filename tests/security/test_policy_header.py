"""The quick Content-Security-Policy says what the library's would, and gives way to an answer's own."""

from collections.abc import Callable
from typing import Any

import pytest
from csp.constants import HEADER
from csp.decorators import csp_update
from csp.exceptions import CSPNonceError
from csp.middleware import CSPMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from security.policy_header import ContentSecurityPolicy


def plain(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@csp_update({"form-action": "https://broker.example"})
def own(_request: HttpRequest) -> HttpResponse:
    return HttpResponse()


def with_nonce(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(request.csp_nonce))  # type: ignore[attr-defined]


def answered(guard: type[CSPMiddleware], view: Callable[[HttpRequest], HttpResponse], request: HttpRequest) -> HttpResponse:
    answer = guard(view)(request)
    assert isinstance(answer, HttpResponse)
    return answer


def directives(answer: HttpResponse) -> set[str]:
    return set(answer[HEADER].split("; "))


@pytest.mark.parametrize("view", [plain, own])
def test_it_says_what_the_library_says(view):
    ours, theirs = (answered(guard, view, RequestFactory().get("/")) for guard in (ContentSecurityPolicy, CSPMiddleware))
    assert directives(ours) == directives(theirs)


def test_a_nonce_that_a_page_used_is_in_the_header():
    answer = answered(ContentSecurityPolicy, with_nonce, RequestFactory().get("/"))
    assert f"'nonce-{answer.content.decode()}'" in answer[HEADER]


def test_a_nonce_asked_for_too_late_is_an_error():
    request: Any = RequestFactory().get("/")
    answered(ContentSecurityPolicy, plain, request)
    with pytest.raises(CSPNonceError):
        str(request.csp_nonce)
