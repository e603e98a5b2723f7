"""Who tries doors and is not banned yet; an operator bans, allows or clears them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from security import actors, probes, sudo
from security import suspects as verbs
from security.addresses import NotAnAddress
from security.audit import Act
from security.forms import ClearForm, SuspectForm
from security.ratelimits import Rule, limit
from security.staff import operator_required


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def suspects(request: HttpRequest) -> HttpResponse:
    """Those who tried most, or the one that is looked for; and what our own pages lead to in vain."""
    form = SuspectForm(request.GET)
    status = 200 if form.is_valid() else 400
    return render(request, "security/suspects.html", _page(form.cleaned_data) | {"form": form}, status=status)


@require_POST
@limit(Rule.PAGE, audit=(Act.PROBES_CLEARED,))
@operator_required
@sudo.required
def clear(request: HttpRequest) -> HttpResponse:
    form = ClearForm(request.POST)
    subject = form.cleaned_data["subject"] if form.is_valid() else ""
    try:
        known = probes.clear(subject, by=actors.of(request))
    except NotAnAddress as error:
        messages.error(request, str(error))
    else:
        done = f"{subject} begins anew." if known else f"Nothing was counted against {subject} any more."
        messages.success(request, done)
    return redirect("suspects")


def _page(wanted: dict[str, Any]) -> dict[str, Any]:
    subject, number = wanted.get("q"), wanted.get("page") or 1
    if subject:
        found = verbs.find(subject)
        page = verbs.Page([found] if found else [], 1, has_next=False)
    else:
        page = verbs.page(number)
    return {"page": page, "subject": subject, "links": verbs.broken_links()[: verbs.SHOWN]}
