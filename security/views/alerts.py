"""Alerts: those that stand, those that were, and closing them."""

import uuid
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe

from security import actors
from security import alerts as verbs
from security.audit import Act
from security.models import Alert
from security.ratelimits import Rule, limit
from security.staff import operator_required

PER_PAGE = 50


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def alerts(request: HttpRequest) -> HttpResponse:
    """Standing ones, or with `closed` in the query those that were."""
    closed, standing = "closed" in request.GET, verbs.standing()
    shown = Alert.objects.exclude(closed=None).order_by("-closed", "-id") if closed else standing
    context = {
        "page": Paginator(shown, PER_PAGE).get_page(request.GET.get("page")),
        "closed": closed,
        "seen": timezone.now(),
    }
    return render(request, "security/alerts.html", context)


@require_POST
@limit(Rule.PAGE, audit=(Act.ALERT_CLOSED,))
@operator_required
def close_alert(request: HttpRequest) -> HttpResponse:
    """The one named by `id`, or all that sounded up to `until`: what the page showed."""
    if until := _instant(request.POST.get("until", "")):
        count = verbs.close_all(until=until, by=actors.of(request))
        messages.success(request, f"{count} alert{'' if count == 1 else 's'} closed.")
    else:
        _close(request, request.POST.get("id", ""))
    return redirect("security" if request.POST.get("back") == "security" else "alerts")


def _close(request: HttpRequest, text: str) -> None:
    try:
        alert = Alert.objects.filter(pk=uuid.UUID(text)).first()
    except ValueError:
        alert = None
    if alert is not None and verbs.close(alert, by=actors.of(request)):
        messages.success(request, f"Closed: {alert.sentence}")
    else:
        messages.info(request, "There is no such open alert.")


def _instant(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found is not None and timezone.is_aware(found) else None
