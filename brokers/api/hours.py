"""When the exchanges trade: market/holidays, market/timings."""

from datetime import datetime

from django.http import HttpResponse
from ninja import Router

from brokers import calendar
from brokers.api.door import READ, Call
from brokers.api.envelope import answer
from brokers.calendar import Holiday, Window
from brokers.paper import clock
from brokers.schemas.answers import HolidaysAnswer, TimingsAnswer
from brokers.schemas.requests import Holidays, Timings
from brokers.types import IST

router = Router()


@router.post("market/holidays", auth=READ, response=HolidaysAnswer, operation_id="market_holidays")
def holidays(request: Call, payload: Holidays) -> HttpResponse:
    """List the market holidays of a year. This year when none is named."""
    year = payload.year or clock.now().astimezone(IST).year
    return answer(request, year=year, timezone="Asia/Kolkata", data=[_holiday(each) for each in calendar.holidays(year)])


@router.post("market/timings", auth=READ, response=TimingsAnswer, operation_id="market_timings")
def timings(request: Call, payload: Timings) -> HttpResponse:
    """List the trading sessions of a day. An exchange that is closed is left out."""
    return answer(request, data=[_window(each) for each in calendar.sessions(payload.date)])


def _holiday(holiday: Holiday) -> dict[str, object]:
    return {
        "date": holiday.day.isoformat(),
        "description": holiday.description,
        "holiday_type": holiday.type,
        "closed_exchanges": holiday.closed,
        "open_exchanges": [_window(each) for each in holiday.opened],
    }


def _window(window: Window) -> dict[str, object]:
    return {"exchange": window.exchange, "start_time": _milliseconds(window.start), "end_time": _milliseconds(window.end)}


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp()) * 1000
