"""Is the server there, and where do orders go: ping, analyzer, analyzer/toggle."""

from django.http import HttpResponse
from ninja import Router

from brokers import modes, orders
from brokers.api.door import READ, SWITCH, Call, actor, mode
from brokers.api.envelope import answer
from brokers.schemas.answers import AnalyzerAnswer, PingAnswer, ToggleAnswer
from brokers.schemas.requests import Keyed, Toggle
from brokers.types import Mode

router = Router()


@router.post("ping", auth=READ, response=PingAnswer, operation_id="ping")
def ping(request: Call, payload: Keyed) -> HttpResponse:
    """Test the connection and the key."""
    return answer(request, data={"message": "pong", "broker": "paper"})


@router.post("analyzer", auth=READ, response=AnalyzerAnswer, operation_id="analyzer")
def analyzer(request: Call, payload: Keyed) -> HttpResponse:
    """Show whether orders go to paper or live. Paper is called "analyze"."""
    return answer(request, data=_state(request.auth.user_id, mode(request.auth)))


@router.post("analyzer/toggle", auth=SWITCH, response=ToggleAnswer, operation_id="analyzer_toggle")
def analyzer_toggle(request: Call, payload: Toggle) -> HttpResponse:
    """Switch between paper and live. True is paper, false is live."""
    now = modes.switch(request.auth.user_id, analyze=payload.mode, by=actor(request))
    sentence = "Orders go to paper." if now is Mode.ANALYZE else "Orders go to the broker."
    return answer(request, data=_state(request.auth.user_id, now) | {"message": sentence})


def _state(user_id: int, now: Mode) -> dict[str, object]:
    return {"mode": now, "analyze_mode": now is Mode.ANALYZE, "total_logs": orders.count(user_id)}
