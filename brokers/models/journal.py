"""The order journal and its fills: broker-neutral, written before anything happens to an order."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from brokers.models.columns import known, unit_price, word
from brokers.types import IST, Action, Exchange, OrderStatus, PriceType, Product


class JournalEntry(models.Model):
    """One order; its public id is the day it was placed and the row's number, so that no two processes can give the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    broker = models.CharField(max_length=32)
    symbol = models.CharField(max_length=64)
    exchange = word(Exchange)
    action = word(Action)
    product = word(Product)
    pricetype = word(PriceType)
    quantity = models.BigIntegerField()
    price = unit_price(default=0)
    trigger_price = unit_price(default=0)
    disclosed_quantity = models.BigIntegerField(default=0)
    strategy = models.CharField(max_length=128, blank=True)
    source = models.CharField(max_length=32, help_text="The key id, or the door, that the order came through.")
    status = word(OrderStatus)
    filled_quantity = models.BigIntegerField(default=0)
    average_price = unit_price(default=0)
    reason = models.CharField(max_length=255, blank=True)
    placed = models.DateTimeField()
    updated = models.DateTimeField()

    class Meta:
        verbose_name = "order"
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "updated"], name="order_by_user_and_change"),
            models.Index(fields=["user", "status"], name="order_by_user_and_status"),
        ]
        constraints = [
            known("exchange", Exchange, name="order_exchange_is_known"),
            known("action", Action, name="order_action_is_known"),
            known("product", Product, name="order_product_is_known"),
            known("pricetype", PriceType, name="order_pricetype_is_known"),
            known("status", OrderStatus, name="order_status_is_known"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="order_quantity_above_zero"),
            models.CheckConstraint(
                condition=Q(filled_quantity__gte=0, filled_quantity__lte=F("quantity")), name="order_filled_within_quantity"
            ),
            models.CheckConstraint(
                condition=~Q(status=OrderStatus.COMPLETE.value) | Q(filled_quantity=F("quantity")),
                name="order_complete_filled",
            ),
            models.CheckConstraint(
                condition=Q(price__gte=0, trigger_price__gte=0, average_price__gte=0), name="order_prices_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return self.orderid

    @property
    def orderid(self) -> str:
        """`YYMMDD` of India's date and at least eight digits."""
        return f"{self.placed.astimezone(IST):%y%m%d}{self.pk:08d}"


class Fill(models.Model):
    """An executed part of an order."""

    order = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="fills")
    quantity = models.BigIntegerField()
    price = unit_price()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "trade"
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(quantity__gt=0), name="fill_quantity_above_zero"),
            models.CheckConstraint(condition=Q(price__gt=0), name="fill_price_above_zero"),
        ]

    def __str__(self) -> str:
        return self.tradeid

    @property
    def tradeid(self) -> str:
        return f"TRADE-{self.pk:08d}"
