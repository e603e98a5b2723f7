"""Whom a session proves, and closed by default: a page asks for a session unless its view opens itself."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware, LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.utils.functional import SimpleLazyObject

from accounts import sessions, setup
from security import clientip
from security.paths import is_api


class Authentication(AuthenticationMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        request.session.address = clientip.of(request).address  # type: ignore[attr-defined]
        request.user = SimpleLazyObject(partial(sessions.user_of, request))  # type: ignore[assignment]


class LoginRequired(LoginRequiredMiddleware):
    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[object, ...],
        view_kwargs: dict[str, object],
    ) -> HttpResponseBase | None:
        if not getattr(view_func, "login_required", True):
            return None  # Django would ask the session first, and with it the database
        return super().process_view(request, view_func, view_args, view_kwargs)

    def handle_no_permission(  # type: ignore[override]
        self, request: HttpRequest, view_func: object
    ) -> HttpResponseBase:
        if is_api(request.path) or not request.accepts("text/html"):
            return JsonResponse({"status": "error", "message": "Log in first."}, status=401)
        if request.path == "/":
            return _front_door(request)
        if request.method not in ("GET", "HEAD"):
            return _to_login(request)
        return _to_login(request, next=request.get_full_path())


def _front_door(request: HttpRequest) -> HttpResponse:
    """Until an owner exists there is nobody to log in: the page points to the console."""
    if setup.needed():
        return render(request, "accounts/pending.html")
    return _to_login(request)


def _to_login(request: HttpRequest, **words: str) -> HttpResponse:
    """Whoever brought a session that is over is told so there; this answer takes its cookie away."""
    store: sessions.SessionStore = request.session  # type: ignore[assignment]
    if store.ended:
        words["ended"] = "1"
    return redirect(f"{settings.LOGIN_URL}?{urlencode(words)}" if words else settings.LOGIN_URL)
