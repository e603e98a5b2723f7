"""The set-up page behind the link on the console."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import logins, setup
from accounts.errors import SetUpRefused
from accounts.forms import SetUpForm
from accounts.views.busy import answers_busy
from security import actors, clientip, guesses, incidents
from security.audit import Act
from security.guesses import Kind, Refused
from security.ratelimits import Rule, limit


@login_not_required
@limit(Rule.LOGIN, audit=(Act.USER_CREATED, Act.LOGGED_IN))
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@answers_busy
def set_up(request: HttpRequest, token: str) -> HttpResponseBase:
    outcome = _opens(request, token)
    if isinstance(outcome, Refused):
        return incidents.answer(request, 429, outcome.sentence, headers=outcome.headers())
    if not outcome:
        return _refused(request)
    form = SetUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _create(request, form)
    return render(request, "accounts/setup.html", {"form": form})


def _opens(request: HttpRequest, token: str) -> bool | Refused:
    """Counted as a guess, unless there is nothing left to guess."""
    if not setup.needed():
        return False
    outcome = guesses.admit(Kind.SETUP_LINK, caller=clientip.of(request))
    if isinstance(outcome, Refused):
        return outcome
    opens = setup.opens(token)
    (guesses.succeeded if opens else guesses.failed)(outcome)
    return opens


def _create(request: HttpRequest, form: SetUpForm) -> HttpResponseBase:
    data = form.cleaned_data
    try:
        owner = setup.create_owner(data["username"], data["email"], data["password"], by=actors.of(request))
    except SetUpRefused:
        return _refused(request)
    logins.enter(request, owner)
    return redirect("/")


def _refused(request: HttpRequest) -> HttpResponseBase:
    return render(request, "accounts/setup_refused.html", {"owned": not setup.needed()}, status=404)
