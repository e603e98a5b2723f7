"""Numbers as India writes them, 1,00,00,000.00: on the pages and in the sentences programs are told."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

_PAISA, _FINEST = Decimal("0.01"), Decimal("0.0001")
_MINUS = "\N{MINUS SIGN}"


def rupees(amount: Decimal | int) -> str:
    """Two decimals, the last three digits of the whole part together, the rest in pairs."""
    exact = Decimal(amount).quantize(_PAISA, ROUND_HALF_UP)
    units, _, fraction = f"{abs(exact):.2f}".partition(".")
    return f"{_MINUS if exact < 0 else ''}{_grouped(units)}.{fraction}"


def price(amount: Decimal | int) -> str:
    """A price of one unit: currencies move in quarters of a paisa, so up to four decimals, never fewer than two."""
    exact = Decimal(amount).quantize(_FINEST, ROUND_HALF_UP)
    hundredths = f"{abs(exact) * 10_000 % 100:02.0f}".rstrip("0")
    cut = exact.quantize(_PAISA, ROUND_DOWN)
    return f"{rupees(cut)}{hundredths}"


def whole(count: int) -> str:
    """A signed quantity."""
    return f"{_MINUS if count < 0 else ''}{_grouped(str(abs(count)))}"


def _grouped(digits: str) -> str:
    pairs = re.sub(r"(?<=\d)(?=(\d\d)+$)", ",", digits[:-3])
    return f"{pairs},{digits[-3:]}" if pairs else digits
