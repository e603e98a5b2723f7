"""The set-up page behind the link on the console."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import setup
from accounts.errors import SetUpRefused
from accounts.forms import SetUpForm
from accounts.sessions import enter
from accounts.views.busy import answers_busy
from security.ratelimits import Rule, limit


@login_not_required
@limit(Rule.LOGIN)
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@answers_busy
def set_up(request: HttpRequest, token: str) -> HttpResponseBase:
    if not setup.opens(token):
        return _refused(request)
    form = SetUpForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        return _create(request, form)
    return render(request, "accounts/setup.html", {"form": form})


def _create(request: HttpRequest, form: SetUpForm) -> HttpResponseBase:
    data = form.cleaned_data
    try:
        owner = setup.create_owner(data["username"], data["email"], data["password"])
    except SetUpRefused:
        return _refused(request)
    enter(request, owner)
    return redirect("/")


def _refused(request: HttpRequest) -> HttpResponseBase:
    return render(request, "accounts/setup_refused.html", {"owned": not setup.needed()}, status=404)
