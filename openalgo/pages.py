"""What every page knows without asking the database, and the icon browsers ask for where no page names one."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.csrf import csrf_exempt

from security.ratelimits import Rule, limit


def known(request: HttpRequest) -> dict[str, object]:
    """The zone times are shown in: the one the trading day ends by."""
    return {"zone": settings.SESSION_TIMEZONE}


@login_not_required
@csrf_exempt  # changes nothing, and a stranger's long form would be read for its token
@limit(Rule.OPEN, audit=())
def favicon(request: HttpRequest) -> HttpResponseRedirect:
    return redirect(static("openalgo/favicon.svg"))
