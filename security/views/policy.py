"""The page on which operators change thresholds, for every process within half a second."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from security import actors, sudo
from security.audit import Act
from security.models import Policy
from security.policy import PolicyRefused
from security.policy_form import PolicyForm, reset
from security.ratelimits import Rule, limit
from security.staff import operator_required


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=(Act.POLICY_CHANGED,))
@operator_required
@sudo.required
def policy(request: HttpRequest) -> HttpResponse:
    """A button named `reset` leads one threshold back; else all that was changed on the page is set."""
    if request.method == "POST" and "reset" in request.POST:
        _reset(request, request.POST["reset"])
        return redirect("policy")
    form = PolicyForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        changed = form.save(by=actors.of(request))
        if not form.errors:
            _tell(request, f"Changed: {', '.join(changed)}." if changed else "")
            return redirect("policy")
    context = {"form": form, "row": Policy.objects.filter(pk=1).first(), "limits_off": settings.RATE_LIMITS == "off"}
    return render(request, "security/policy.html", context, status=400 if form.errors else 200)


def _reset(request: HttpRequest, name: str) -> None:
    try:
        label = reset(name, by=actors.of(request))
    except PolicyRefused as refused:
        messages.error(request, str(refused))
    else:
        _tell(request, f"{label}: back to the default." if label else "")


def _tell(request: HttpRequest, done: str) -> None:
    if done:
        messages.success(request, f"{done} It holds everywhere within half a second.")
    else:
        messages.info(request, "Nothing was changed.")
