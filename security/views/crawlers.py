"""What crawlers are told."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from security import decoys
from security.ratelimits import Rule, limit


@login_not_required
@csrf_exempt  # changes nothing, and a stranger's long form would be read for its token
@limit(Rule.OPEN, audit=())
def robots(request: HttpRequest) -> HttpResponse:
    """Nothing here is for a search engine; whoever reads on for what is hidden finds the decoys."""
    lines = ["User-agent: *", "Disallow: /", *(f"Disallow: {path}" for path in decoys.paths())]
    return HttpResponse("\n".join([*lines, ""]), content_type="text/plain")
