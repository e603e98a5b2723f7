"""What the account holds and did today: dashboard, positions, holdings, trades."""

from decimal import Decimal

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from brokers import bulk, portfolio
from brokers.views.frame import WEB, seen_or_sent, show, tell, traders_only, user_id
from security.ratelimits import Rule, limit

SHOWN = 25  # orders and trades on the dashboard
PER_PAGE = 100


@require_safe
@limit(Rule.PAGE, audit=())
def dashboard(request: HttpRequest) -> HttpResponseBase:
    """Operators have theirs on the security page."""
    if not getattr(request.user, "may_trade", False):
        return redirect("security")
    return _dashboard(request)


@traders_only
def _dashboard(request: HttpRequest) -> HttpResponse:
    owner, book = user_id(request), portfolio.orders(user_id(request))
    context = {
        "funds": portfolio.funds(owner),
        "positions": portfolio.positions(owner),
        "holdings": portfolio.holdings(owner),
        "orders": book[:SHOWN],
        "order_count": len(book),
        "more_orders": len(book) > SHOWN,
        "trades": portfolio.trades(owner)[:SHOWN],
        "base_url": settings.PUBLIC_BASE_URL or f"http://localhost:{settings.DEFAULT_PORT}",
    }
    return show(request, "dashboard", context)


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def positions(request: HttpRequest) -> HttpResponse:
    book = portfolio.positions(user_id(request))
    context = {
        "positions": book,
        "open_count": sum(each.quantity != 0 for each in book),
        "unrealised": sum((each.unrealised for each in book), Decimal(0)),
        "realised": sum((each.realised_today for each in book), Decimal(0)),
    }
    return show(request, "positions", context)


@seen_or_sent
@limit(Rule.ORDER, audit=())
@traders_only
def close_positions(request: HttpRequest) -> HttpResponseBase:
    """Asks first; what could not be closed is named with its reason."""
    if request.method != "POST":
        book = [each for each in portfolio.positions(user_id(request)) if each.quantity]
        return render(request, "brokers/close_positions.html", {"positions": book})
    closed = bulk.close_all(user_id(request), source=WEB)
    count = len(closed.done)
    tell(
        request,
        done=f"{count} position{'' if count == 1 else 's'} closed." if count or not closed.failed else "",
        failed=" ".join(f"{name}: {reason}" for name, reason in closed.failed.items()),
    )
    return redirect("positions")


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def holdings(request: HttpRequest) -> HttpResponse:
    book = portfolio.holdings(user_id(request))
    context = {
        "holdings": book,
        "invested": sum((each.invested for each in book), Decimal(0)),
        "value": sum((each.value for each in book), Decimal(0)),
        "pnl": sum((each.pnl for each in book), Decimal(0)),
    }
    return show(request, "holdings", context)


@require_safe
@limit(Rule.PAGE, audit=())
@traders_only
def trades(request: HttpRequest) -> HttpResponse:
    page = Paginator(portfolio.trades(user_id(request)), PER_PAGE).get_page(request.GET.get("page"))
    return show(request, "trades", {"page": page})
