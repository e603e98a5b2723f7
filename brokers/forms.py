"""The order ticket, and the form that changes a resting order."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Self

from django import forms

from brokers import tickets
from brokers.money import whole
from brokers.types import ZERO, Action, Instrument, Order, OrderRequest, PriceType, Product

PRODUCT_WORDS = {Product.CNC: "CNC, delivery", Product.NRML: "NRML, overnight", Product.MIS: "MIS, intraday"}
PRICE_WORDS = {PriceType.MARKET: "Market", PriceType.LIMIT: "Limit", PriceType.SL: "SL", PriceType.SL_M: "SL-M"}
NEEDED = {
    "price": {PriceType.LIMIT: "A LIMIT order needs a price.", PriceType.SL: "An SL order needs a price."},
    "trigger_price": {
        PriceType.SL: "An SL order needs a trigger price.",
        PriceType.SL_M: "An SL-M order needs a trigger price.",
    },
}


def products(instrument: Instrument) -> list[Product]:
    """What the instrument may be held as, the usual one first."""
    return [Product.NRML if instrument.is_derivative else Product.CNC, Product.MIS]


def _price(label: str) -> forms.DecimalField:
    widget = forms.NumberInput(attrs={"step": "any", "min": "0", "inputmode": "decimal"})
    words = {"min_value": "A price is never below zero.", "max_decimal_places": "At most four decimal places."}
    return forms.DecimalField(label=label, min_value=0, max_digits=18, decimal_places=4, widget=widget, error_messages=words)


def _short(price: Decimal) -> Decimal:
    """Two places where two are enough."""
    paise = price.quantize(Decimal("0.01"))
    return paise if paise == price else price.normalize()


def _choice(label: str, words: Mapping[Any, str]) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, widget=forms.RadioSelect, choices=[(key.value, text) for key, text in words.items()])


class AmountsForm(forms.Form):
    """Quantity and prices, held against the lot and the price type; a price that the type does not take is zero."""

    quantity = forms.IntegerField(label="Quantity", min_value=1, error_messages={"min_value": "At least 1."})
    price = _price("Price")
    trigger_price = _price("Trigger price")

    def __init__(self, *args: Any, lot: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.lot = lot
        self.fields["quantity"].widget.attrs |= {"min": lot, "step": lot, "inputmode": "numeric"}
        self.fields["quantity"].help_text = f"In lots of {whole(lot)}." if lot > 1 else ""

    @property
    def kind(self) -> str:
        """The price type that decides which prices are needed."""
        return str(self.cleaned_data.get("pricetype", ""))

    def clean_quantity(self) -> int:
        quantity = int(self.cleaned_data["quantity"])
        if quantity % self.lot:
            below = quantity - quantity % self.lot
            nearest = " or ".join(whole(each) for each in (below, below + self.lot) if each)
            raise forms.ValidationError(f"Whole lots of {whole(self.lot)} only: {nearest}.")
        return quantity

    def clean(self) -> dict[str, Any]:
        for name, sentences in NEEDED.items():
            if self.kind not in sentences:
                self.errors.pop(name, None)
                self.cleaned_data[name] = ZERO
            elif self.has_error(name, "required") or self.cleaned_data.get(name) == ZERO:
                self.errors.pop(name, None)
                self.add_error(name, sentences[PriceType(self.kind)])
        return self.cleaned_data


class TicketForm(AmountsForm):
    """One instrument's ticket; `token` makes sure that it places one order."""

    use_required_attribute = False
    token = forms.CharField(required=False, widget=forms.HiddenInput)
    action = _choice("Buy or sell", {each: each.title() for each in Action})
    pricetype = _choice("Price type", PRICE_WORDS)
    product = forms.ChoiceField(label="Product", widget=forms.RadioSelect)
    field_order = ("token", "action", "pricetype", "quantity", "price", "trigger_price", "product")

    def __init__(self, *args: Any, instrument: Instrument, **kwargs: Any) -> None:
        super().__init__(*args, lot=instrument.lotsize, **kwargs)
        self.instrument = instrument
        field = self.fields["product"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells the type checker what the class body says
        field.choices = [(each.value, PRODUCT_WORDS[each]) for each in products(instrument)]

    @classmethod
    def begun(cls, instrument: Instrument, wishes: Mapping[str, str], *, ltp: Decimal) -> Self:
        """A ticket nobody has sent yet: one lot at the market, unless the wishes say otherwise."""
        usual: dict[str, Any] = {
            "action": Action.BUY.value,
            "pricetype": PriceType.MARKET.value,
            "product": products(instrument)[0].value,
            "quantity": instrument.lotsize,
            "price": _short(ltp),
            "trigger_price": _short(ltp),
        }
        wanted = {name: wishes[name] for name in usual if wishes.get(name)}
        return cls(initial=usual | wanted | {"token": tickets.token()}, instrument=instrument)

    def as_sent(self) -> "TicketForm":
        """The same held against the rules, whether it was sent already or not."""
        return TicketForm(self.data if self.is_bound else self.initial, instrument=self.instrument)

    def renewed(self) -> Self:
        """What was typed and what is wrong with it, under a new token: the next try is another order."""
        self.data = {name: self.data.get(name) for name in self.fields} | {"token": tickets.token()}
        return self

    def clean_token(self) -> str:
        sent = str(self.cleaned_data["token"])
        return sent if re.fullmatch(tickets.SHAPE, sent) else tickets.token()

    def order(self) -> OrderRequest:
        """Of a form that is valid."""
        data = self.cleaned_data
        return OrderRequest(
            symbol=self.instrument.symbol,
            exchange=self.instrument.exchange,
            action=Action(data["action"]),
            quantity=data["quantity"],
            pricetype=PriceType(data["pricetype"]),
            product=Product(data["product"]),
            price=data["price"],
            trigger_price=data["trigger_price"],
        )


class ModifyForm(AmountsForm):
    """Asks for what the order's price type takes; begins with what the order has."""

    def __init__(self, *args: Any, order: Order, lot: int) -> None:
        now = {"quantity": order.quantity, "price": _short(order.price), "trigger_price": _short(order.trigger_price)}
        super().__init__(*args, lot=lot, initial=now)
        self.found = order
        for name, sentences in NEEDED.items():
            if order.pricetype not in sentences:
                del self.fields[name]

    @property
    def kind(self) -> str:
        return self.found.pricetype
