"""The trader's pages: what the account holds and did today."""

from typing import cast

from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from brokers import portfolio
from brokers.types import Order
from security.ratelimits import Rule, limit

SHOWN = 25  # orders and trades on the dashboard
PER_PAGE = 100


@require_safe
@limit(Rule.PAGE)
def dashboard(request: HttpRequest) -> HttpResponse:
    base_url = settings.PUBLIC_BASE_URL or f"http://localhost:{settings.DEFAULT_PORT}"
    return render(request, "brokers/dashboard.html", _account(request) | {"base_url": base_url})


@require_safe
@limit(Rule.PAGE)
def dashboard_account(request: HttpRequest) -> HttpResponse:
    """The part of the dashboard that moves, for the page's own script."""
    return render(request, "brokers/account.html", _account(request))


@require_safe
@limit(Rule.PAGE)
def orders(request: HttpRequest) -> HttpResponse:
    page = Paginator(_orders(request), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "brokers/orders.html", {"page": page})


def _user_id(request: HttpRequest) -> int:
    """Pages are closed by default: whoever comes this far is somebody."""
    return cast("int", request.user.pk)


def _orders(request: HttpRequest) -> list[Order]:
    return portfolio.orders(_user_id(request))


def _account(request: HttpRequest) -> dict[str, object]:
    user_id, book = _user_id(request), _orders(request)
    return {
        "funds": portfolio.funds(user_id),
        "positions": portfolio.positions(user_id),
        "orders": book[:SHOWN],
        "order_count": len(book),
        "more_orders": len(book) > SHOWN,
        "trades": portfolio.trades(user_id)[:SHOWN],
    }
