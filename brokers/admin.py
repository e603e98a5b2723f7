"""Orders, trades and positions in the Django admin: looked at, never changed."""

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from brokers.models import Fill, JournalEntry, OrderEvent, PaperHolding, PaperPosition
from brokers.types import PriceType
from security.lookups import OfferedLookups

if TYPE_CHECKING:
    Looked = admin.ModelAdmin[Any]
else:
    Looked = admin.ModelAdmin


class LookOnly(OfferedLookups, Looked):
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class ByOrderId(LookOnly):
    """An order id is its day and its row's number; the search box takes it whole."""

    number = "pk"

    def get_search_results(self, request: HttpRequest, queryset: QuerySet[Any], search_term: str) -> tuple[QuerySet[Any], bool]:
        word = search_term.strip()
        if word.isascii() and word.isdigit() and 14 <= len(word) <= 24:
            return queryset.filter(**{self.number: int(word[6:])}), False
        return super().get_search_results(request, queryset, search_term)


@admin.register(JournalEntry)
class OrderAdmin(ByOrderId):
    list_display = [
        "orderid",
        "user",
        "symbol",
        "action",
        "quantity",
        "product",
        "limit",
        "status",
        "placed",
    ]
    list_filter = ["status", "action", "product"]
    list_select_related = ["user"]
    search_fields = ["symbol", "user__username", "strategy", "source"]
    date_hierarchy = "placed"

    @admin.display(description="price", ordering="price")
    def limit(self, entry: JournalEntry) -> str:
        """MARKET and SL-M orders have none."""
        return "-" if entry.pricetype in (PriceType.MARKET, PriceType.SL_M) else str(entry.price)


@admin.register(Fill)
class TradeAdmin(ByOrderId):
    number = "order_id"
    list_display = ["tradeid", "order", "user", "symbol", "action", "quantity", "price", "at"]
    list_select_related = ["order__user"]
    search_fields = ["order__symbol", "order__user__username"]

    @admin.display(ordering="order__user__username")
    def user(self, fill: Fill) -> str:
        return str(fill.order.user)

    @admin.display(ordering="order__symbol")
    def symbol(self, fill: Fill) -> str:
        return str(fill.order.symbol)

    @admin.display
    def action(self, fill: Fill) -> str:
        return str(fill.order.action)


@admin.register(PaperPosition)
class PositionAdmin(LookOnly):
    list_display = ["user", "symbol", "exchange", "product", "quantity", "average", "margin", "realised_today", "session"]
    list_select_related = ["user"]
    search_fields = ["symbol", "user__username"]


@admin.register(PaperHolding)
class HoldingAdmin(LookOnly):
    list_display = ["user", "symbol", "exchange", "quantity", "average", "margin", "settled"]
    list_select_related = ["user"]
    search_fields = ["symbol", "user__username"]


@admin.register(OrderEvent)
class StepAdmin(ByOrderId):
    """What happened to orders, newest first."""

    number = "order_id"
    ordering = ["-pk"]
    list_display = ["order", "symbol", "status", "quantity", "price", "trigger_price", "average_price", "reason", "at"]
    list_filter = ["status"]
    list_select_related = ["order"]
    search_fields = ["order__symbol", "order__user__username"]

    @admin.display(ordering="order__symbol")
    def symbol(self, step: OrderEvent) -> str:
        return str(step.order.symbol)
