"""The paper exchange's ledger: money, what open orders hold of it, and positions."""

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import Q

from brokers.models.columns import known, rupees, unit_price, word
from brokers.models.journal import JournalEntry
from brokers.types import Exchange, Product

STARTING_CAPITAL = Decimal("10000000.00")


class PaperAccount(models.Model):
    """Cash + used margin = starting capital + realised, after every transaction. Losses may take the cash below zero."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="+")
    starting_capital = rupees(default=STARTING_CAPITAL)
    cash = rupees(default=STARTING_CAPITAL)
    used_margin = rupees(default=0)
    realised = rupees(default=0)
    realised_today = rupees(default=0)
    session = models.DateField(help_text="The session that realised_today belongs to.")
    opened = models.DateTimeField()
    due = models.DateTimeField(null=True, help_text="Nothing happens to the account by itself before this instant.")

    class Meta:
        indexes = [models.Index(fields=["due"], name="account_by_due")]
        constraints = [
            models.CheckConstraint(condition=Q(used_margin__gte=0), name="account_margin_not_negative"),
            models.CheckConstraint(condition=Q(starting_capital__gt=0), name="account_capital_above_zero"),
        ]

    def __str__(self) -> str:
        return f"paper account {self.pk}"

    def realised_on(self, session: date) -> Decimal:
        return self.realised_today if self.session == session else Decimal(0)


class PaperHold(models.Model):
    """The margin that a resting order keeps; the row lives exactly as long as the order rests."""

    order = models.OneToOneField(JournalEntry, on_delete=models.PROTECT, primary_key=True, related_name="hold")
    margin = rupees()
    since = models.DateTimeField(help_text="The market is watched for a touch from here on.")
    due = models.DateTimeField(help_text="Nothing happens to the order by itself before this instant.")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(margin__gte=0), name="hold_margin_not_negative")]

    def __str__(self) -> str:
        return f"{self.margin} for order {self.pk}"


class PaperPosition(models.Model):
    """What one user has of one symbol and product; quantity is signed, cost is what the open part was entered for."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    symbol = models.CharField(max_length=64)
    exchange = word(Exchange)
    product = word(Product)
    quantity = models.BigIntegerField(default=0)
    cost = unit_price(default=0)
    margin = rupees(default=0)
    realised_today = rupees(default=0)
    session = models.DateField(help_text="The session of the last fill.")
    due = models.DateTimeField(null=True, help_text="When it is squared off, delivered or settled; none when closed.")

    class Meta:
        verbose_name = "position"
        constraints = [
            models.UniqueConstraint(fields=["user", "symbol", "exchange", "product"], name="one_position_per_product"),
            known("exchange", Exchange, name="position_exchange_is_known"),
            known("product", Product, name="position_product_is_known"),
            models.CheckConstraint(condition=Q(margin__gte=0, cost__gte=0), name="position_money_not_negative"),
            models.CheckConstraint(condition=~Q(product=Product.CNC.value) | Q(quantity__gte=0), name="delivery_never_short"),
            models.CheckConstraint(condition=~Q(quantity=0) | Q(margin=0, cost=0), name="closed_position_holds_nothing"),
            models.CheckConstraint(
                condition=Q(quantity=0, due=None) | ~Q(quantity=0) & ~Q(due=None), name="open_position_is_due"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.symbol}"

    @property
    def average(self) -> Decimal:
        return (self.cost / abs(self.quantity)).quantize(Decimal("0.0001")) if self.quantity else Decimal(0)

    def realised_on(self, session: date) -> Decimal:
        return self.realised_today if self.session == session else Decimal(0)


class PaperHolding(models.Model):
    """Shares delivered in an earlier session; the row lives as long as there are any. Their cost counts as used margin."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    symbol = models.CharField(max_length=64)
    exchange = word(Exchange)
    quantity = models.BigIntegerField()
    cost = unit_price()
    margin = rupees(help_text="The cost, to the paisa.")
    settled = models.DateField(help_text="The session in which the last of them arrived.")

    class Meta:
        verbose_name = "holding"
        constraints = [
            models.UniqueConstraint(fields=["user", "symbol", "exchange"], name="one_holding_per_symbol"),
            known("exchange", Exchange, name="holding_exchange_is_known"),
            models.CheckConstraint(condition=Q(quantity__gt=0), name="holding_quantity_above_zero"),
            models.CheckConstraint(condition=Q(margin__gte=0, cost__gte=0), name="holding_money_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} {self.symbol}"

    @property
    def average(self) -> Decimal:
        average: Decimal = self.cost / self.quantity
        return average.quantize(Decimal("0.0001"))
