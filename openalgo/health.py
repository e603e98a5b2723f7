"""Tells a supervisor that the process answers; it asks nothing else and tells nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from security import clientip, incidents, ratelimits
from security.addresses import LOCAL, is_in
from security.ratelimits import Refused, Rule, limit


@login_not_required
@csrf_exempt  # changes nothing; its refusals would cost more than its answer
@limit(None, audit=())  # charged here: asking whose session comes along would need the database
def healthz(request: HttpRequest) -> HttpResponse:
    """As often as it likes to this machine's own supervisor; to others like any open page."""
    caller = clientip.of(request)
    outcome = None if is_in(LOCAL, caller.address) else ratelimits.stranger(caller, rule=Rule.OPEN)
    if isinstance(outcome, Refused):
        return incidents.too_many(request, outcome)
    return HttpResponse("ok\n", content_type="text/plain")
