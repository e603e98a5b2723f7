"""All that stands about one address: what decides on it and why, what it tried, its bans; and the ways to act on it."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from security import dashboard, durations, explain, listing, suspects
from security.bans import BanRefused
from security.forms import AddressForm
from security.listing import Listed
from security.ratelimits import Rule, limit
from security.staff import operator_required


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def address(request: HttpRequest) -> HttpResponse:
    """`q` is the address; a range is answered by the list of the bans that touch it."""
    form = AddressForm(request.GET or None)
    if form.is_valid() and form.is_range:
        return redirect(f"{reverse('security')}?{urlencode({'q': form.cleaned_data['q'], 'state': Listed.ALL})}")
    context = {"form": form} | (_about(form) if form.is_valid() else {})
    return render(request, "security/address.html", context, status=400 if form.errors else 200)


def _about(form: AddressForm) -> dict[str, Any]:
    try:
        found = explain.explain(form.cleaned_data["q"])
    except BanRefused as refused:
        form.add_error("q", str(refused))
        return {}
    history = list(dashboard.history(found.subject).prefetch_related("evidence")[: dashboard.HISTORY])
    return {
        "found": found,
        "next_ban": durations.told(found.next_ban),
        "suspect": suspects.find(found.subject),
        "history": history,
        "blocked": sum(listing.blocked(row) for row in history if row.in_force),
        "proven": next((row for row in history if row.evidence.all()), None),
    }
