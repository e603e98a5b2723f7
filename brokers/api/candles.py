"""What the market said before: history, intervals."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.http import HttpResponse
from ninja import Router

from apiauth.errors import ApiError
from brokers import history as past
from brokers.api import market_rows
from brokers.api.door import READ, Call
from brokers.api.envelope import answer
from brokers.schemas.answers import HistoryAnswer, IntervalsAnswer
from brokers.schemas.requests import History, Keyed
from brokers.types import Interval

router = Router()

UNITS = {"seconds": "s", "minutes": "m", "hours": "h", "days": "D", "weeks": "W", "months": "M"}


@router.post("history", auth=READ, response=HistoryAnswer, operation_id="history")
def history(request: Call, payload: History) -> HttpResponse:
    """List candles. At most 30 days of intraday ones, 10 years of others; timestamps are epoch seconds."""
    interval, start, end = payload.interval, payload.start_date, payload.end_date
    with drawing(request.auth.user_id, large=past.is_large(interval, start=start, end=end)):
        found = past.candles(payload.symbol, payload.exchange, interval=interval, start=start, end=end)
        return answer(request, data=[market_rows.candle(each) for each in found])


@router.post("intervals", auth=READ, response=IntervalsAnswer, operation_id="intervals")
def intervals(request: Call, payload: Keyed) -> HttpResponse:
    """List the candle sizes. Q and Y are served as well."""
    words = {name: [each for each in Interval if each.endswith(unit)] for name, unit in UNITS.items()}
    return answer(request, data=words)


_drawing: set[int] = set()  # users whose large range is being drawn
_lock = threading.Lock()


@contextmanager
def drawing(user_id: int, *, large: bool) -> Iterator[None]:
    """One large range of a user at a time: it takes seconds, and two of them all that others wait for."""
    with _lock:
        if large and user_id in _drawing:
            raise ApiError(429, "Another long history of yours is being drawn. Ask again.", headers={"Retry-After": "5"})
        if large:
            _drawing.add(user_id)
    try:
        yield
    finally:
        if large:
            _drawing.discard(user_id)
