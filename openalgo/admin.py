"""The Django admin behind our own login and the one decision on who operates."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.urls import reverse
from django.utils import timezone

from security import incidents, sudo
from security.staff import may_operate

View = Callable[..., HttpResponseBase]

LONGEST = 1_000  # characters of one value in an address: engines fail at patterns of 50,000
MOST = 50  # values: each is a condition, and engines fail at a thousand


class OpenAlgoAdminSite(AdminSite):
    site_header = site_title = "OpenAlgo"
    index_title = "Administration"
    final_catch_all_view = False  # it would match what no route does, so that no scan below the admin's path ever counted

    def has_permission(self, request: HttpRequest) -> bool:
        return may_operate(request)

    def admin_view(  # type: ignore[override]
        self,
        view: View,
        cacheable: bool = False,  # noqa: FBT001, FBT002 (Django's signature)
    ) -> View:
        """What changes something asks for a fresh proof; times in the zone of the other pages.

        A page is drawn before the zone is left.
        """
        inner = super().admin_view(view, cacheable)

        @wraps(inner)
        def local(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if may_operate(request) and not _is_logout(request) and (asked := _refusal(request) or sudo.demand(request)):
                return asked
            with timezone.override(settings.SESSION_TIMEZONE):
                response: HttpResponseBase = inner(request, *args, **kwargs)
                return response.render() if isinstance(response, SimpleTemplateResponse) else response

        return local

    def login(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Ours; whoever is logged in and still lands here may not operate."""
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", reverse("admin:index")))

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return redirect("logout", preserve_request=True)

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        return redirect("password_change")


def _refusal(request: HttpRequest) -> HttpResponse | None:
    """Of an address that no page of ours leads to, and at which an engine would fail."""
    values = [value for each in request.GET.lists() for value in (each[0], *each[1])]
    if len(values) > 2 * MOST or any(len(value) > LONGEST or "\0" in value for value in values):
        return incidents.answer(request, 400, "The address asks for too much, or holds what is no text. Open the page anew.")
    return None


def _is_logout(request: HttpRequest) -> bool:
    return request.resolver_match is not None and request.resolver_match.url_name == "logout"
