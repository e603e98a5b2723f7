"""The security page and the bans on it."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from security import actors, clientip, dashboard, listing, policy, sudo
from security.audit import Act
from security.bans import BanRefused
from security.forms import BanForm, FindForm, LiftForm
from security.models import Ban
from security.ratelimits import Rule, limit
from security.staff import operator_required


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=(Act.BAN_ORDERED,))
@operator_required
@sudo.required
def security(request: HttpRequest) -> HttpResponse:
    """The list, and the form to ban by, which a link may fill in."""
    form = BanForm(request.POST or None, initial={name: request.GET.get(name, "") for name in ("address", "reason")})
    if request.method == "POST" and form.is_valid() and (row := dashboard.order(form, request=request)):
        messages.success(request, f"{row.cidr} is banned.")
        return redirect("security")
    find = FindForm(request.GET)
    context = _page(find) | {"form": form, "find": find, "caller": clientip.of(request)}
    return render(request, "security/security.html", context, status=400 if form.errors or find.errors else 200)


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def ban(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One ban, its evidence and the history of its subject."""
    found = get_object_or_404(Ban, pk=pk)
    return render(request, "security/ban.html", {"ban": found, "file": dashboard.file(found), "evidence": found.evidence.all()})


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=(Act.BAN_LIFTED,))
@operator_required
@sudo.required
def lift(request: HttpRequest) -> HttpResponse:
    form = LiftForm(request.POST or None, initial={"cidr": request.GET.get("cidr", "")})
    if request.method == "POST" and form.is_valid():
        _lift(request, form)
    elif request.method != "POST" and (found := dashboard.touched(form["cidr"].value())):
        return render(request, "security/lift.html", {"form": form, "cidr": form["cidr"].value(), "found": found})
    else:
        messages.info(request, "There is no such ban in force.")
    return redirect("security")


@require_POST
@limit(Rule.PAGE, audit=(Act.BANS_RESUMED, Act.ALERT_CLOSED))
@operator_required
@sudo.required
def resume(request: HttpRequest) -> HttpResponse:
    """End a pause of the bans."""
    resumed = policy.resume(by=actors.of(request))
    messages.success(request, "Bans hold again." if resumed else "Bans were not paused any more.")
    return redirect("security")


def _lift(request: HttpRequest, form: LiftForm) -> None:
    cidr, note = form.cleaned_data["cidr"], form.cleaned_data["note"]
    try:
        lifted = dashboard.lift(cidr, request=request, note=note)
    except BanRefused as refused:
        messages.error(request, str(refused))
    else:
        done = f"Lifted: {', '.join(row.cidr for row in lifted)}." if lifted else f"{cidr} was not banned any more."
        messages.success(request, done)


def _page(find: FindForm) -> dict[str, Any]:
    wanted, before = find.wanted, find.cleaned_data.get("before")
    page = listing.page(wanted, before=before)
    return {
        "page": page,
        "bans": [(row, listing.blocked(row)) for row in page.rows],
        "before": before,
        "narrowed": wanted != listing.Wanted(),
        "total": listing.in_force(),
    }
