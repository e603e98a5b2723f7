"""What the market says: quotes, symbol, search."""

from django.http import HttpResponse
from ninja import Router

from brokers import quotes as market
from brokers import symbols
from brokers.api import rows
from brokers.api.door import READ, Call
from brokers.api.envelope import answer, refusal
from brokers.api.openapi import MAY_BE_UNKNOWN
from brokers.errors import UnknownInstrument
from brokers.schemas.answers import QuotesAnswer, SearchAnswer, SymbolAnswer
from brokers.schemas.requests import Instrument, Search

router = Router()


@router.post("quotes", auth=READ, response=QuotesAnswer, operation_id="quotes")
def quotes(request: Call, payload: Instrument) -> HttpResponse:
    """Show the market of one symbol. Prices, best bid and ask, volume: now."""
    return answer(request, data=rows.quote(market.quote(payload.symbol, payload.exchange)))


@router.post("symbol", auth=READ, response=SymbolAnswer, operation_id="symbol", openapi_extra=MAY_BE_UNKNOWN)
def symbol(request: Call, payload: Instrument) -> HttpResponse:
    """Show one instrument. An unknown one is 404 here and 400 where it stands in the way of another call."""
    try:
        found = symbols.find(payload.symbol, payload.exchange)
    except UnknownInstrument as error:
        return refusal(request, 404, error.message)
    return answer(request, data={"id": found.id} | rows.instrument(found))


@router.post("search", auth=READ, response=SearchAnswer, operation_id="search")
def search(request: Call, payload: Search) -> HttpResponse:
    """Find instruments by name. Best match first, at most 500."""
    found = symbols.search(payload.query, exchange=payload.exchange)
    return answer(request, message=f"{len(found)} found", data=[rows.instrument(each) for each in found])
