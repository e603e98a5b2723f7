"""Everybody who asked for paths of one pattern: who that is, and a ban of all of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from security import actors, seekers, sudo
from security.audit import Act
from security.bans import BanRefused
from security.forms import BanAllForm, PatternForm
from security.ratelimits import Rule, limit
from security.seekers import Outcome
from security.staff import operator_required

NAMED = 10  # addresses of one message


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=(Act.BAN_ORDERED,))
@operator_required
@sudo.required
def offenders(request: HttpRequest) -> HttpResponse:
    """Nobody is banned who was not shown: what is sent says up to when the page had looked."""
    form = BanAllForm(request.POST) if request.method == "POST" else None
    if form is not None and form.is_valid() and _ban_all(request, form):
        return redirect(f"{request.path}?{urlencode({'pattern': form.cleaned_data['pattern']})}")
    find = PatternForm({"pattern": form["pattern"].value()} if form else request.GET if "pattern" in request.GET else None)
    wrong = (form is not None and form.errors) or find.errors
    return render(request, "security/offenders.html", _page(request, find, form), status=400 if wrong else 200)


def _ban_all(request: HttpRequest, form: BanAllForm) -> bool:
    try:
        outcome = seekers.ban_all(**form.cleaned_data, by=actors.of(request))
    except BanRefused as refused:
        form.add_error("reason", str(refused))
        return False
    messages.success(request, _told(outcome))
    return True


def _told(outcome: Outcome) -> str:
    parts = (
        ("banned", [row.cidr for row in outcome.banned]), ("shut out for longer already", outcome.held),
        ("refused", list(outcome.refused)),
    )  # fmt: skip
    return ". ".join(f"{len(names)} {what}{_named(names)}" for what, names in parts if names or what == "banned") + "."


def _named(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f": {', '.join(names[:NAMED])}{more}" if names else ""


def _page(request: HttpRequest, find: PatternForm, form: BanAllForm | None) -> dict[str, Any]:
    if not (find.is_bound and find.is_valid()):
        return {"find": find}
    pattern, until = find.cleaned_data["pattern"], timezone.now()
    found = seekers.find(pattern, by=actors.of(request), until=until)
    fresh = BanAllForm(initial={"pattern": pattern, "until": until.isoformat(), "reason": f"asked for {pattern}"})
    return {"find": find, "pattern": pattern, "found": found, "form": form or fresh}
