"""What is listed: expiry, instruments."""

import csv
import io

from django.http import HttpResponse
from ninja import Query, Router

from brokers import symbols
from brokers.api import market_rows
from brokers.api.door import DOWNLOAD, READ, Call
from brokers.api.envelope import answer
from brokers.api.refusals import require_known
from brokers.schemas.answers import ExpiryAnswer, InstrumentsAnswer
from brokers.schemas.answers.market import ListedRow
from brokers.schemas.requests import Expiry, Instruments
from brokers.types import Exchange

router = Router()

FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what a spreadsheet would run
AS_CSV = {"responses": {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}}


@router.post("expiry", auth=READ, response=ExpiryAnswer, operation_id="expiry")
def expiry(request: Call, payload: Expiry) -> HttpResponse:
    """List the expiry dates of an underlying. Ascending, those over are left out; none is a success."""
    found = symbols.expiries(payload.symbol, Exchange(payload.exchange), options=payload.instrumenttype == "options")
    return answer(request, message=f"{len(found)} found", data=[market_rows.expiry(day) for day in found])


@router.get("instruments", auth=DOWNLOAD, response=InstrumentsAnswer, operation_id="instruments", openapi_extra=AS_CSV)
def instruments(request: Call, asked: Query[Instruments]) -> HttpResponse:
    """List the instruments of an exchange. JSON or CSV; all exchanges when none is named."""
    require_known(request, Instruments)
    rows = [market_rows.listed(each) for each in symbols.everything(asked.exchange)]
    if asked.format == "csv":
        return HttpResponse(as_csv(rows), content_type="text/csv; charset=utf-8")
    return answer(request, message=f"{len(rows)} found", data=rows)


def as_csv(rows: list[market_rows.Row]) -> str:
    """Under the names of the first row; text that a spreadsheet would run as a formula is neutralised."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(rows[0] if rows else ListedRow.model_fields)
    lines.writerows([_cell(value) for value in row.values()] for row in rows)
    return text.getvalue()


def _cell(value: object) -> object:
    """Text stays text in a spreadsheet; numbers may well begin with a minus."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
