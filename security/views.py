"""The security pages: thin doors to the verbs."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from security import bans, clientip, dashboard
from security.bans import BanRefused
from security.forms import BanForm, LiftForm
from security.ratelimits import Rule, limit
from security.staff import operator_required

PER_PAGE = 50


@login_not_required
@limit(Rule.OPEN)
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for a search engine."""
    return HttpResponse("User-agent: *\nDisallow: /\n", content_type="text/plain")


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE)
@operator_required
def security(request: HttpRequest) -> HttpResponse:
    form = BanForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (row := dashboard.order(form, request=request)):
        messages.success(request, f"{row.cidr} is banned.")
        return redirect("security")
    return render(request, "security/security.html", _page(request) | {"form": form}, status=400 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE)
@operator_required
def lift(request: HttpRequest) -> HttpResponse:
    form = LiftForm(request.POST or None, initial={"cidr": request.GET.get("cidr", "")})
    if request.method == "POST" and form.is_valid():
        _lift(request, form)
    elif request.method != "POST" and (found := dashboard.touched(form["cidr"].value())):
        return render(request, "security/lift.html", {"form": form, "cidr": form["cidr"].value(), "found": found})
    else:
        messages.info(request, "There is no such ban in force.")
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


def _page(request: HttpRequest) -> dict[str, object]:
    query = request.GET.get("q", "").strip()[:100]
    return {
        "page": Paginator(dashboard.find(query), PER_PAGE).get_page(request.GET.get("page")),
        "query": query,
        "total": bans.in_force().count(),
        "caller": clientip.of(request),
        "bans_on": settings.BANS,
    }
