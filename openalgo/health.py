"""Tells a supervisor that the process answers; it asks nothing else and tells nothing else."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from security.ratelimits import limit


@login_not_required
@csrf_exempt  # changes nothing; its refusals would cost more than its answer
@limit(None, audit=())
def healthz(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok\n", content_type="text/plain")
