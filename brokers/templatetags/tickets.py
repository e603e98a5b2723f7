"""Addresses of order tickets that are filled in beforehand."""

from urllib.parse import urlencode

from django import template
from django.urls import reverse

from brokers.types import Action, Holding, Position, PriceType, Product

register = template.Library()


@register.filter
def adding(position: Position) -> str:
    """More of the same."""
    action = Action.BUY if position.quantity > 0 else Action.SELL
    return _ticket(position, action=action, product=position.product)


@register.filter
def closing(position: Position) -> str:
    """All of it back, at the market."""
    action = Action.SELL if position.quantity > 0 else Action.BUY
    return _ticket(
        position, action=action, product=position.product, quantity=abs(position.quantity), pricetype=PriceType.MARKET
    )


@register.filter
def buying(holding: Holding) -> str:
    return _ticket(holding, action=Action.BUY, product=Product.CNC)


@register.filter
def selling(holding: Holding) -> str:
    return _ticket(holding, action=Action.SELL, product=Product.CNC, quantity=holding.quantity, pricetype=PriceType.MARKET)


def _ticket(what: Position | Holding, **wishes: object) -> str:
    address = reverse("ticket", kwargs={"exchange": what.exchange.value, "symbol": what.symbol})
    return f"{address}?{urlencode(wishes)}"
