"""The order book, one order and its steps, and the buttons that change or cancel what rests."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from brokers import bulk, events, orders, portfolio, symbols
from brokers.errors import OrderRefused, UnknownInstrument, UnknownOrder
from brokers.forms import ModifyForm
from brokers.journal import RESTING
from brokers.types import Order, OrderStatus
from brokers.views.frame import back, seen_or_sent, show, tell, traders_only, user_id
from security.ratelimits import Rule, limit

PER_PAGE = 100


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def book(request: HttpRequest) -> HttpResponse:
    """Today's orders, of one status if `?status` names one."""
    everything = portfolio.orders(user_id(request))
    wanted = request.GET.get("status", "")
    status = OrderStatus(wanted) if wanted in {*OrderStatus} else None
    chosen = [each for each in everything if status in (None, each.status)]
    context = {
        "page": Paginator(chosen, PER_PAGE).get_page(request.GET.get("page")),
        "status": status,
        "counts": [(each, sum(order.status == each for order in everything)) for each in OrderStatus],
        "total": len(everything),
        "resting": sum(order.status in RESTING for order in everything),
    }
    return show(request, "orders", context)


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def order(request: HttpRequest, orderid: str) -> HttpResponse:
    found = _own(request, orderid)
    steps = events.steps(user_id(request), orderid)
    return show(request, "order", {"order": found, "steps": steps, "rests": found.status in RESTING})


@require_POST
@limit(Rule.ORDER, audit=())
@traders_only
def cancel(request: HttpRequest) -> HttpResponse:
    orderid = request.POST.get("orderid", "")
    _own(request, orderid)
    try:
        orders.cancel(user_id(request), orderid)
        tell(request, done=f"Order {orderid} is cancelled.")
    except OrderRefused as refusal:
        tell(request, failed=str(refusal))
    return back(request, otherwise="orders")


@seen_or_sent
@limit(Rule.ORDER, audit=())
@traders_only
def modify(request: HttpRequest, orderid: str) -> HttpResponseBase:
    found = _own(request, orderid)
    form = ModifyForm(request.POST or None, order=found, lot=_lot(found))
    status = 200
    if request.method == "POST":
        status = 400
        if form.is_valid():
            try:
                orders.modify(user_id(request), orderid, **form.cleaned_data)
                tell(request, done=f"Order {orderid} is changed.")
                return redirect("order", orderid)
            except OrderRefused as refusal:
                form.add_error(None, str(refusal))
    return render(request, "brokers/modify_order.html", {"order": found, "form": form}, status=status)


@seen_or_sent
@limit(Rule.ORDER, audit=())
@traders_only
def cancel_all(request: HttpRequest) -> HttpResponseBase:
    """Asks first; orders that the market was quicker with are named."""
    if request.method != "POST":
        resting = [each for each in portfolio.orders(user_id(request)) if each.status in RESTING]
        return render(request, "brokers/cancel_orders.html", {"orders": resting})
    cancelled = bulk.cancel_all(user_id(request))
    count = len(cancelled.done)
    tell(
        request,
        done=f"{count} order{'' if count == 1 else 's'} cancelled." if count or not cancelled.failed else "",
        failed=f"Not cancelled: {', '.join(cancelled.failed)}." if cancelled.failed else "",
    )
    return redirect("orders")


def _lot(order: Order) -> int:
    """1 where the contract has expired: the exchange says the rest."""
    try:
        return symbols.find(order.symbol, order.exchange).lotsize
    except UnknownInstrument:
        return 1


def _own(request: HttpRequest, orderid: str) -> Order:
    """404 for another user's order as for none."""
    try:
        return orders.find(user_id(request), orderid)
    except UnknownOrder as unknown:
        raise Http404 from unknown
