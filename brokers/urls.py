"""Addresses of the brokers app."""

from django.urls import URLPattern, URLResolver, include, path

from brokers.api.routes import patterns
from brokers.views import account, mode, orders, ticket

API = patterns()

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", API),
    path("/api/v1/", include(API[0])),  # a client whose host ends in a slash
    # Below the API: of two routes of one name Django writes the address of the last, and holdings is a call as well
    path("", account.dashboard, name="dashboard"),
    path("trade/", ticket.find, name="trade"),
    path("trade/<str:exchange>/<str:symbol>/", ticket.ticket, name="ticket"),
    path("trade/<str:exchange>/<str:symbol>/price/", ticket.price, name="ticket_price"),
    path("trade/<str:exchange>/<str:symbol>/cost/", ticket.cost, name="ticket_cost"),
    path("orders/", orders.book, name="orders"),
    path("orders/cancel/", orders.cancel, name="cancel_order"),
    path("orders/cancel-all/", orders.cancel_all, name="cancel_orders"),
    path("orders/<str:orderid>/", orders.order, name="order"),
    path("orders/<str:orderid>/modify/", orders.modify, name="modify_order"),
    path("trades/", account.trades, name="trades"),
    path("positions/", account.positions, name="positions"),
    path("positions/close-all/", account.close_positions, name="close_positions"),
    path("holdings/", account.holdings, name="holdings"),
    path("mode/", mode.mode, name="mode"),
]
