"""Numbers as India writes them, and the colours of what happened."""

from decimal import Decimal

from django import template

from brokers.journal import RESTING
from brokers.money import price, rupees, whole
from brokers.types import OrderStatus

register = template.Library()
register.filter("rupees", rupees)
register.filter("price", price)
register.filter("whole", whole)

_BADGES = {
    OrderStatus.OPEN: "wait",
    OrderStatus.TRIGGER_PENDING: "wait",
    OrderStatus.COMPLETE: "good",
    OrderStatus.REJECTED: "bad",
}


@register.filter
def change(amount: Decimal | int) -> str:
    """The same with its sign: a gain says so without colour too."""
    return f"{'+' if amount > 0 else ''}{rupees(amount)}"


@register.filter
def units(amount: Decimal | int) -> int:
    """Ten-thousandths of a rupee, for the script that follows the market: whole numbers do not drift."""
    return int(Decimal(amount) * 10_000)


@register.filter
def direction(amount: Decimal | int) -> str:
    """The class that colours it."""
    return "gain" if amount > 0 else "loss" if amount < 0 else ""


@register.filter
def badge(status: OrderStatus) -> str:
    """The class of an order's badge; a cancelled order needs no colour."""
    return _BADGES.get(status, "")


@register.filter
def rests(status: OrderStatus) -> bool:
    """Whether the order still waits, so that it can be changed or cancelled."""
    return status in RESTING
