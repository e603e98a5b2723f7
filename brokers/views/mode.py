"""Paper or live, and the way between them."""

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render

from brokers import modes
from brokers.errors import NotConnected
from brokers.types import Mode
from brokers.views.frame import seen_or_sent, tell, traders_only, user_id
from security import actors
from security.audit import Act
from security.ratelimits import Rule, limit


@seen_or_sent
@limit(Rule.PAGE, audit=(Act.MODE_SWITCHED,))
@traders_only
def mode(request: HttpRequest) -> HttpResponseBase:
    """Only `mode=live` asks for live: whatever else is sent leads to paper."""
    if request.method != "POST":
        return render(request, "brokers/mode.html")
    wanted = Mode.LIVE if request.POST.get("mode") == Mode.LIVE else Mode.ANALYZE
    try:
        modes.switch(user_id(request), analyze=wanted is Mode.ANALYZE, by=actors.of(request))
    except NotConnected as refusal:
        return render(request, "brokers/mode.html", {"refusal": str(refusal)}, status=400)
    tell(request, done=f"Your orders go to the {'paper market' if wanted is Mode.ANALYZE else 'live broker'} from now on.")
    return redirect("mode")
