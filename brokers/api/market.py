"""What the market says now: quotes, multiquotes, depth; what it offers: symbol, search."""

from django.http import HttpResponse
from ninja import Router

from brokers import quotes as market
from brokers import symbols
from brokers.api import market_rows
from brokers.api.door import READ, Call
from brokers.api.envelope import answer, refusal
from brokers.api.openapi import MAY_BE_UNKNOWN
from brokers.errors import UnknownInstrument
from brokers.schemas.answers import DepthAnswer, MultiQuotesAnswer, QuotesAnswer, SearchAnswer, SymbolAnswer
from brokers.schemas.requests import Instrument, MultiQuotes, Named, Search

router = Router()

MOST_NAMED = 5  # unknown symbols in a refusal


@router.post("quotes", auth=READ, response=QuotesAnswer, operation_id="quotes")
def quotes(request: Call, payload: Instrument) -> HttpResponse:
    """Show the market of one symbol. Prices, best bid and ask, volume: now."""
    return answer(request, data=market_rows.quote(market.quote(payload.symbol, payload.exchange)))


@router.post("multiquotes", auth=READ, response=MultiQuotesAnswer, operation_id="multiquotes")
def multiquotes(request: Call, payload: MultiQuotes) -> HttpResponse:
    """Show the market of many symbols. An unknown one has an error in its row; only unknown ones are refused."""
    results = [_quoted(each) for each in payload.symbols]
    if all("error" in row for row in results):
        sentences = [str(row["error"]) for row in results]
        more = f" (and {len(sentences) - MOST_NAMED} more)" if len(sentences) > MOST_NAMED else ""
        return refusal(request, 400, " ".join(sentences[:MOST_NAMED]) + more)
    return answer(request, results=results)


@router.post("depth", auth=READ, response=DepthAnswer, operation_id="depth")
def depth(request: Call, payload: Instrument) -> HttpResponse:
    """Show the five best prices of each side. Best first, missing ones are 0."""
    return answer(request, data=market_rows.depth(market.depth(payload.symbol, payload.exchange)))


@router.post("symbol", auth=READ, response=SymbolAnswer, operation_id="symbol", openapi_extra=MAY_BE_UNKNOWN)
def symbol(request: Call, payload: Instrument) -> HttpResponse:
    """Show one instrument. An unknown one is 404 here and 400 where it stands in the way of another call."""
    try:
        found = symbols.find(payload.symbol, payload.exchange)
    except UnknownInstrument as error:
        return refusal(request, 404, error.message)
    return answer(request, data={"id": found.id} | market_rows.instrument(found))


@router.post("search", auth=READ, response=SearchAnswer, operation_id="search")
def search(request: Call, payload: Search) -> HttpResponse:
    """Find instruments by name. Best match first, at most 500."""
    found = symbols.search(payload.query, exchange=payload.exchange)
    return answer(request, message=f"{len(found)} found", data=[market_rows.instrument(each) for each in found])


def _quoted(named: Named) -> market_rows.Row:
    row: market_rows.Row = {"symbol": named.symbol, "exchange": named.exchange}
    try:
        return row | {"data": market_rows.quote(market.quote(named.symbol, named.exchange))}
    except UnknownInstrument as error:
        return row | {"error": error.message}
