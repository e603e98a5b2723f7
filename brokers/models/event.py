"""What happened to orders, in the order it happened: read by every process for its open sockets, and by the order's page."""

from django.db import models

from brokers.models.columns import known, unit_price, word
from brokers.models.journal import JournalEntry
from brokers.types import OrderStatus


class OrderEvent(models.Model):
    """One step of an order's life as its row stood then; rows are only added."""

    seq = models.BigIntegerField(help_text="The sequence's number in whose transaction it was written; several may share it.")
    order = models.ForeignKey(JournalEntry, on_delete=models.PROTECT, related_name="events")
    status = word(OrderStatus)
    quantity = models.BigIntegerField()
    price = unit_price()
    trigger_price = unit_price()
    filled_quantity = models.BigIntegerField()
    average_price = unit_price()
    reason = models.CharField(max_length=255, blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "order step"
        ordering = ["pk"]
        indexes = [models.Index(fields=["seq"], name="order_event_seq")]
        constraints = [known("status", OrderStatus, name="event_status_is_known")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.status}"
