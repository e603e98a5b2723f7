"""The page on which operators see whom other thresholds would have banned, before they set them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from security.ratelimits import Rule, limit
from security.replay_form import ReplayForm
from security.staff import operator_required

SHOWN = 100  # subjects of a list


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def replay(request: HttpRequest) -> HttpResponse:
    """Without a query the form alone; nothing is changed by either."""
    form = ReplayForm(request.GET if "since" in request.GET else None)
    found = form.look() if form.is_valid() else None
    context = {"form": form, "found": found, "shown": SHOWN}
    return render(request, "security/replay.html", context, status=400 if form.errors else 200)
