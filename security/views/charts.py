"""What came in lately, as pictures that move."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from security import charts, rollups
from security.ratelimits import Rule, limit
from security.staff import operator_required

EVERY = {"hour": 10, "day": 24}  # points between two times on the foot of a chart: ten minutes, four hours


@require_safe
@limit(Rule.PAGE, audit=())
@operator_required
def pictures(request: HttpRequest) -> HttpResponse:
    """The last hour, or with `span=day` the last day; with `?part` what moves of it."""
    span = "day" if request.GET.get("span") == "day" else "hour"
    points = rollups.last_day() if span == "day" else rollups.last_hour()
    context = {
        "span": span,
        "charts": charts.draw(points, every=EVERY[span]),
        "points": points[::-1],
        "side": charts.SIDE,
    }
    return render(request, f"security/charts{'_part' if 'part' in request.GET else ''}.html", context)
