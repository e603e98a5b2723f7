"""What the market said before: history, intervals."""

from django.http import HttpResponse
from ninja import Router

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
    found = past.candles(
        payload.symbol, payload.exchange, interval=payload.interval, start=payload.start_date, end=payload.end_date
    )
    return answer(request, data=[market_rows.candle(each) for each in found])


@router.post("intervals", auth=READ, response=IntervalsAnswer, operation_id="intervals")
def intervals(request: Call, payload: Keyed) -> HttpResponse:
    """List the candle sizes. Q and Y are served as well."""
    words = {name: [each for each in Interval if each.endswith(unit)] for name, unit in UNITS.items()}
    return answer(request, data=words)
