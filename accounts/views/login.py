"""In, out, and a new password."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import logins, passwords, setup
from accounts.forms import REFUSED, LoginForm, PasswordChangeForm
from accounts.models import User
from accounts.views.busy import answers_busy
from accounts.views.refused import told
from security import actors
from security.audit import Act
from security.guesses import Kind
from security.ratelimits import Rule, limit


@login_not_required
@limit(Rule.LOGIN, audit=(Act.LOGGED_IN, Act.LOGGED_OUT))
@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
@answers_busy
def log_in(request: HttpRequest) -> HttpResponseBase:
    if request.method != "POST" and request.user.is_authenticated:
        return redirect("/")
    if request.method != "POST" and setup.needed():
        return render(request, "accounts/pending.html")
    form, outcome = LoginForm(request.POST if request.method == "POST" else None), None
    if form.is_bound and form.is_valid():
        outcome = logins.identify(request, **form.cleaned_data)
        if isinstance(outcome, User):
            logins.enter(request, outcome)
            return redirect(_next(request))
        form.add_error(None, outcome.sentence if outcome else REFUSED)
    context = {"form": form, "ended": "ended" in request.GET, "session_expiry": settings.SESSION_EXPIRY_TIME}
    return told(render(request, "accounts/login.html", context), outcome)


@limit(Rule.PAGE, audit=(Act.LOGGED_OUT,))
@require_POST
def log_out(request: HttpRequest) -> HttpResponseBase:
    logout(request)
    return redirect("login")


@limit(Rule.LOGIN, audit=(Act.PASSWORD_CHANGED, Act.SESSIONS_ENDED, Act.LOGGED_IN))
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@answers_busy
def change_password(request: HttpRequest) -> HttpResponseBase:
    user: User = request.user  # type: ignore[assignment]
    form = PasswordChangeForm(
        user,
        request.POST if request.method == "POST" else None,
        prove=lambda password: logins.prove(request, password=password, kind=Kind.PASSWORD_CHANGE),
    )
    if form.is_bound and form.is_valid():
        passwords.change(user, form.cleaned_data["password"], by=actors.of(request))
        logins.enter(request, user)
        messages.success(request, "Your password is changed. Every other session of yours has ended.")
        return redirect("/")
    if logins.is_over(request):
        return redirect("/login/?ended=1")
    return told(render(request, "accounts/password_change.html", {"form": form}), form.refused)


def _next(request: HttpRequest) -> str:
    """The page that sent the visitor here, if it is one of ours."""
    target = request.GET.get("next", "")
    ours = url_has_allowed_host_and_scheme(target, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return target if ours else "/"
