"""The order ticket: find an instrument, fill in the form, place it once."""

from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from brokers import orders, portfolio, quotes, symbols, tickets
from brokers.errors import BrokerError, NotConnected, OrderRefused, UnknownInstrument
from brokers.forms import TicketForm
from brokers.types import Instrument
from brokers.views.frame import seen_or_sent, show, tell, traders_only, user_id
from security.ratelimits import Rule, limit

MATCHES = 20
LONGEST = 64  # characters of a query


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def find(request: HttpRequest) -> HttpResponse:
    """What can be traded and matches `?q`."""
    query = request.GET.get("q", "")[:LONGEST].strip()
    found = [each for each in symbols.search(query) if not each.is_index]
    context = {"query": query, "matches": found[:MATCHES], "more": len(found) > MATCHES}
    return show(request, "find", context)


@seen_or_sent
@limit(Rule.ORDER, audit=())
@traders_only
def ticket(request: HttpRequest, exchange: str, symbol: str) -> HttpResponseBase:
    """What the address holds beside the instrument is filled in beforehand."""
    instrument = _instrument(exchange, symbol)
    if request.method != "POST":
        return _show(request, instrument, TicketForm.begun(instrument, request.GET.dict(), ltp=_ltp(instrument)))
    form = TicketForm(request.POST, instrument=instrument)
    if form.is_valid():
        try:
            placed = tickets.place(user_id(request), form.order(), token=form.cleaned_data["token"])
        except NotConnected:
            raise
        except BrokerError as refusal:
            form.add_error(None, str(refusal))
        else:
            tell(request, done="Order placed." if placed.first else "This form was sent before: this is its order.")
            return redirect("order", placed.order.orderid)
    return _show(request, instrument, form.renewed(), status=400)


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def price(request: HttpRequest, exchange: str, symbol: str) -> HttpResponse:
    """The ticket's market, for its script."""
    instrument = _instrument(exchange, symbol)
    return render(request, "brokers/ticket_price.html", _price(instrument))


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def cost(request: HttpRequest, exchange: str, symbol: str) -> HttpResponse:
    """What the order that the ticket holds now would need, for its script."""
    instrument = _instrument(exchange, symbol)
    return render(request, "brokers/ticket_cost.html", _cost(request, TicketForm(request.GET, instrument=instrument)))


def _show(request: HttpRequest, instrument: Instrument, form: TicketForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, **_price(instrument), **_cost(request, form.as_sent())}
    return render(request, "brokers/ticket.html", context, status=status)


def _price(instrument: Instrument) -> dict[str, object]:
    quote = quotes.quote(instrument.symbol, instrument.exchange)
    return {"instrument": instrument, "quote": quote, "change": quote.ltp - quote.prev_close}


def _ltp(instrument: Instrument) -> Decimal:
    return quotes.quote(instrument.symbol, instrument.exchange).ltp


def _cost(request: HttpRequest, form: TicketForm) -> dict[str, object]:
    """Margin and money; a form that is not complete yet needs nothing yet."""
    known: dict[str, object] = {"available": portfolio.funds(user_id(request)).available}
    if not form.is_valid():
        return known
    try:
        return known | {"margin": orders.margin(user_id(request), [form.order()]).total}
    except OrderRefused as refusal:
        return known | {"obstacle": str(refusal)}


def _instrument(exchange: str, symbol: str) -> Instrument:
    """404 for what does not exist and for an index: it is quoted, never traded."""
    try:
        found = symbols.find(symbol, exchange)
    except UnknownInstrument as unknown:
        raise Http404 from unknown
    if found.is_index:
        raise Http404
    return found
