"""The allow list: whom no ban may touch."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from security import actors, allows, clientip, dashboard, sudo
from security.allows import AllowRefused
from security.audit import Act
from security.forms import AllowForm, DisallowForm
from security.ratelimits import Rule, limit
from security.staff import operator_required

PER_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@limit(Rule.PAGE, audit=(Act.ALLOW_ADDED, Act.BAN_LIFTED))
@operator_required
@sudo.required
def allowed(request: HttpRequest) -> HttpResponse:
    form = AllowForm(request.POST or None, initial={"address": request.GET.get("address", "")})
    if request.method == "POST" and form.is_valid() and (row := dashboard.allow(form, request=request)):
        messages.success(request, f"{row.cidr} is never banned.")
        return redirect("allows")
    page = Paginator(allows.in_force(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "caller": clientip.of(request)}
    return render(request, "security/allows.html", context, status=400 if form.errors else 200)


@require_POST
@limit(Rule.PAGE, audit=(Act.ALLOW_REMOVED,))
@operator_required
@sudo.required
def disallow(request: HttpRequest) -> HttpResponse:
    form = DisallowForm(request.POST)
    try:
        row = allows.remove(form.cleaned_data["cidr"] if form.is_valid() else "", by=actors.of(request))
    except AllowRefused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, f"{row.cidr} may be banned again.")
    return redirect("allows")
