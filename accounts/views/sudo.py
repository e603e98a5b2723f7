"""The password once more, for what asks for a fresh proof; then on with what was asked."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import logins
from accounts.models import User
from accounts.views.busy import answers_busy
from accounts.views.refused import told
from security import sudo
from security.audit import Act
from security.guesses import Kind
from security.ratelimits import Rule, limit

WRONG = "This is not your password."


@limit(Rule.LOGIN, audit=(Act.SUDO_CONFIRMED, Act.SESSIONS_ENDED))
@never_cache
@sensitive_post_parameters()
@require_POST
@answers_busy
def step_up(request: HttpRequest) -> HttpResponseBase:
    signed, to, again = sudo.target(request)
    outcome = logins.prove(request, password=request.POST.get(sudo.PASSWORD, ""), kind=Kind.SUDO)
    if isinstance(outcome, User):
        logins.confirm(request)
        return sudo.go_on(request, to, again=again)
    if logins.is_over(request):
        return redirect("/login/?ended=1")
    return told(sudo.ask(request, signed, again=again, error=outcome.sentence if outcome else WRONG), outcome)
